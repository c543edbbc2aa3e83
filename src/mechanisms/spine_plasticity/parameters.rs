//! The parameters of spine plasticity.

crate::parameters! {
    /// Size dynamics, stabilisation and turnover of standing synapses.
    pub struct SpinePlasticityParameters of "spine_plasticity" {
        /// Time constant with which log size returns to its target. Below a day, sizes would follow every surge of activity at once.
        size_time_constant_d = 8.0, unit "d", range 1.0..=365.0,
            symbol "τ_f", species "mouse", grade C, source "Loewenstein 2011 J Neurosci: fluctuations over days, drift over months";
        /// Shift of the size target (log₂) above the median of the planned population.
        target_offset_log2 = 0.065, unit "1", range -1.0..=1.0,
            symbol "Δμ", species "model", grade Fitted, source "fitted: mean size stays 1 in the unstressed network, although newborn synapses are small";
        /// Shift of the size target (log₂) per doubling of TrkB activity.
        trkb_gain_log2 = 0.35, unit "1", range 0.0..=2.0,
            symbol "k_T", species "rat", grade C, source "BDNF enlarges spines: Tanaka 2008 Science; stress leaves smaller spines: Radley 2008; C13";
        /// Shift of the size target (log₂) at full glucocorticoid load.
        stress_shrinkage_log2 = 0.15, unit "1", range 0.0..=2.0,
            symbol "k_L", species "rat", grade Fitted, source "fitted to C13 (mean spine volume down): fewer large, more small spines after 21 d of restraint (Radley 2008 Cereb Cortex, recalled)";
        /// Shift of the size target (log₂) per unit by which the activity trace falls short of its set point (homeostatic scaling).
        homeostatic_gain_log2 = 0.25, unit "1", range 0.0..=4.0,
            symbol "k_H", species "rat", grade C, source "Turrigiano 2008 Cell; 0 switches homeostatic scaling off (switch S6)";
        /// Shift of the size target (log₂) per unit of presynaptic output above its set point (Hebbian drift).
        activity_gain_log2 = 0.15, unit "1", range 0.0..=2.0,
            symbol "κ", species "rat", grade C, source "Graupner & Brunel 2012 PNAS, rate-averaged sign; 0 switches it off (switch S6)";
        /// Hazard of elimination of a nascent synapse of size 1 at the set point.
        nascent_elimination_per_d = 0.20, unit "1/d", range 0.0..=5.0,
            symbol "λ_n", species "mouse", grade Fitted, source "fitted to C12: transient spines live 2-4 d (Holtmaat 2005 Neuron)";
        /// Hazard of elimination of a mature synapse of size 1 at the set point.
        mature_elimination_per_d = 0.0110, unit "1/d", range 0.0..=1.0,
            symbol "λ_m", species "mouse", grade Fitted, source "fitted to C12: persistent spines live 60-400 d (Grutzendler 2002 Nature; Holtmaat 2005)";
        /// Hazard of maturation of a nascent synapse at the set point.
        maturation_per_d = 0.10, unit "1/d", range 0.0..=5.0,
            symbol "m", species "mouse", grade Fitted, source "fitted to C12: about a quarter of newborn spines persist (Xu 2009 Nature; Holtmaat 2005)";
        /// Exponent with which TrkB activity speeds maturation.
        trkb_maturation_exponent = 0.5, unit "1", range 0.0..=4.0,
            symbol "h_m", species "mouse", grade C, source "assumed: BDNF stabilises new spines; a fraction of ketamine's new spines persists (Phoumthipphavong 2016 eNeuro)";
        /// How steeply the hazard of elimination falls with size.
        elimination_size_exponent = 0.5, unit "1", range 0.0..=3.0,
            symbol "β", species "rat", grade C, source "large spines live long: Yasumatsu 2008 J Neurosci (direction)";
        /// How steeply the hazard of elimination falls with presynaptic output.
        elimination_activity_exponent = 0.2, unit "1", range 0.0..=3.0,
            symbol "α", species "-", grade C, source "potentiated synapses live longer, depressed ones go sooner over the next 7 d (Wiegert 2018 eLife, PMC6205809; slice cultures); size assumed";
        /// Doublings of the hazard of elimination per unit of activity above the set point; standing elements retract there.
        retraction_gain = 1.0, unit "1", range 0.0..=20.0,
            symbol "k_r", species "model", grade C, source "elements retract where activity exceeds the set point: Butz & van Ooyen 2013 PLoS Comput Biol; size assumed";
        /// Turnover of inhibitory synapses relative to excitatory ones.
        inhibitory_turnover_factor = 0.5, unit "1", range 0.0..=5.0,
            symbol "φ_I", species "mouse", grade C, source "inhibitory synapses on shafts are more stable than on spines: Villa 2016 Neuron";
        /// Response of inhibitory size to homeostasis: positive strengthens inhibition of cells that fire above their set point.
        inhibitory_homeostatic_gain_log2 = 1.0, unit "1", range 0.0..=4.0,
            symbol "k_HI", species "rat", grade C, source "Kilman 2002 J Neurosci: deprivation lowers inhibitory strength; Vogels 2011 Science: inhibitory plasticity balances excitation";
    }
}

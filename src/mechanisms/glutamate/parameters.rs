//! The parameters of glutamate signalling.

crate::parameters! {
    /// Excitability, the split of synaptic current between receptors, and extracellular glutamate.
    ///
    /// Ranges of f-I curves and of currents at the set point end where small networks still find rates that agree with their input:
    /// beyond, excitation and inhibition chase each other, and rates are those of no circuit.
    pub struct GlutamateParameters of "glutamate" {
        /// Slope of the f-I curve of pyramidal cells.
        pyramidal_gain_hz_per_na = 310.0, unit "Hz/nA", range 50.0..=600.0,
            symbol "a_E", species "model", grade A, source "Deco 2014 J Neurosci, reduced Wong-Wang";
        /// Threshold of the f-I curve of pyramidal cells.
        pyramidal_threshold_hz = 125.0, unit "Hz", range 1.0..=1_000.0,
            symbol "b_E", species "model", grade A, source "Deco 2014 J Neurosci";
        /// Curvature of the f-I curve of pyramidal cells.
        pyramidal_curvature_s = 0.16, unit "s", range 0.01..=0.4,
            symbol "d_E", species "model", grade A, source "Deco 2014 J Neurosci";
        /// Slope of the f-I curve of interneurons.
        interneuron_gain_hz_per_na = 615.0, unit "Hz/nA", range 50.0..=1_300.0,
            symbol "a_I", species "model", grade A, source "Deco 2014 J Neurosci";
        /// Threshold of the f-I curve of interneurons.
        interneuron_threshold_hz = 177.0, unit "Hz", range 1.0..=1_000.0,
            symbol "b_I", species "model", grade A, source "Deco 2014 J Neurosci";
        /// Curvature of the f-I curve of interneurons.
        interneuron_curvature_s = 0.087, unit "s", range 0.01..=1.0,
            symbol "d_I", species "model", grade A, source "Deco 2014 J Neurosci";
        /// Set-point rate of pyramidal cells. Output is relative to it: below 1 Hz, a few spikes more count as a surge.
        pyramidal_set_point_hz = 2.0, unit "Hz", range 1.0..=20.0,
            symbol "r₀,pyr", species "rodent", grade B, source "0.5-5 Hz in awake prefrontal cortex; calibration target C7";
        /// Set-point rate of PV interneurons.
        pv_set_point_hz = 10.0, unit "Hz", range 0.5..=60.0,
            symbol "r₀,PV", species "rodent", grade B, source "fast spikers 5-20 Hz in awake prefrontal cortex; calibration target C7";
        /// Set-point rate of SST interneurons.
        sst_set_point_hz = 6.0, unit "Hz", range 0.2..=40.0,
            symbol "r₀,SST", species "rodent", grade C, source "assumed between pyramidal and PV rates: Ali 2020 Nat Commun (imaging)";
        /// Local recurrent excitation of a pyramidal cell at the set point.
        pyramidal_recurrent_na = 0.020, unit "nA", range 0.0..=0.036,
            symbol "J_E,pyr", species "model", grade Fitted, source "fitted to C8 with a stable uninhibited loop; Deco 2014 has w₊·J_N·S = 0.034 nA";
        /// Local excitation of an interneuron at the set point.
        interneuron_recurrent_na = 0.020, unit "nA", range 0.0..=0.06,
            symbol "J_E,int", species "model", grade Fitted, source "fitted to C8; Deco 2014 has J_N·S = 0.024 nA";
        /// Inhibition of a pyramidal cell at the set point.
        pyramidal_inhibition_na = 0.090, unit "nA", range 0.0..=0.25,
            symbol "J_I,pyr", species "model", grade Fitted, source "fitted to C8; Deco 2014 tunes J_i to 3 Hz";
        /// Inhibition of an interneuron at the set point.
        interneuron_inhibition_na = 0.030, unit "nA", range 0.0..=0.06,
            symbol "J_I,int", species "model", grade Fitted, source "fitted to C8; Deco 2014 has S_I = 0.04-0.1 nA";
        /// Standard deviation between cells of a class of the logarithm (base e) of the set-point rate.
        rate_spread_ln = 0.40, unit "1", range 0.0..=1.5,
            symbol "σ_r", species "rodent", grade C, source "firing rates are log-normal: Mizuseki & Buzsáki 2013 Cell Rep (σ about 1); narrower here, as input to a cell is averaged over few synapses";
        /// Share of local excitatory current that AMPA receptors carry.
        recurrent_ampa_share = 0.60, unit "1", range 0.0..=1.0,
            symbol "α", species "rat", grade C, source "AMPA and NMDA conductances of Brunel & Wang 2001, weighted by their gating";
        /// Share of a pyramidal cell's background current that NMDA receptors carry.
        pyramidal_background_nmda_share = 0.06, unit "1", range 0.0..=0.6,
            symbol "n_pyr", species "rodent", grade Fitted, source "fitted to C8: most NMDA charge of pyramidal cells is blocked by Mg at rest";
        /// Share of an interneuron's background current that NMDA receptors carry.
        interneuron_background_nmda_share = 0.45, unit "1", range 0.0..=0.6,
            symbol "n_int", species "rodent", grade Fitted, source "fitted to C8: Homayoun & Moghaddam 2007 J Neurosci, interneurons fall first";
        /// Time constant of NMDA gating, which saturates excitatory output.
        nmda_gating_time_constant_s = 0.100, unit "s", range 0.01..=0.5,
            symbol "τ_N", species "model", grade A, source "Brunel & Wang 2001; Deco 2014";
        /// Gating per spike of NMDA receptors.
        nmda_gating_per_spike = 0.641, unit "1", range 0.1..=5.0,
            symbol "γ", species "model", grade A, source "Deco 2014: 0.000641 per ms and Hz";
        /// Fraction of AMPA receptors that can conduct; 0 is a full antagonist (NBQX).
        ampa_availability = 1.0, unit "1", range 0.0..=1.0,
            symbol "A", species "-", grade A, source "1 by definition; a knock-out handle";
        /// Weight of hypothesis `disinhibition`: how much of the NMDA block of interneurons reaches their current.
        disinhibition_weight = 1.0, unit "1", range 0.0..=1.0,
            symbol "w_i", species "-", grade A, source "0 or 1 by choice of hypothesis: switch S1 (Homayoun & Moghaddam 2007, Widman & McMahon 2018, for)";
        /// Share of disinhibition that PV interneurons take part in.
        disinhibition_pv_weight = 1.0, unit "1", range 0.0..=1.0,
            symbol "w_PV", species "-", grade A, source "1 by default, 0 to leave PV cells out: switch S5 (fast spikers fall first: Homayoun & Moghaddam 2007)";
        /// Share of disinhibition that SST interneurons take part in.
        disinhibition_sst_weight = 1.0, unit "1", range 0.0..=1.0,
            symbol "w_SST", species "-", grade A, source "1 by default, 0 to leave SST cells out: switch S5 (SST cells fall under ketamine: Ali 2020 Nat Commun; GluN2B on them is needed: Gerhard 2020 J Clin Invest)";
        /// Weight of hypothesis `metabolite`: how much of a metabolite's AMPA potentiation takes effect.
        metabolite_weight = 0.0, unit "1", range 0.0..=1.0,
            symbol "w_m", species "-", grade A, source "0 or 1 by choice of hypothesis: switch S2 (Zanos 2016 Nature against later null results)";
        /// Extracellular glutamate at the set point.
        ambient_um = 2.0, unit "uM", range 0.01..=20.0,
            symbol "g₀", species "rat", grade C, source "microdialysis 1-4 µM (Moghaddam 1997 J Neurosci; true ambient may be tens of nM: Herman & Jahr 2007)";
        /// Share of ambient glutamate that stems from firing; the rest is glial and constitutive.
        activity_share = 0.60, unit "1", range 0.0..=1.0,
            symbol "f_a", species "rat", grade Fitted, source "fitted to C9 (Milak 2016: Glx +38 % at 26 min)";
        /// Time constant of tissue-level uptake.
        uptake_time_constant_min = 3.0, unit "min", range 0.01..=60.0,
            symbol "τ_u", species "rat", grade C, source "assumed: microdialysis responds within minutes; single synapses clear in milliseconds";
        /// Length over which spilt glutamate spreads before uptake.
        spillover_length_um = 15.0, unit "um", range 0.1..=500.0,
            symbol "ℓ_g", species "-", grade Assumed, source "assumed: the neuropil of a few neighbouring cells; spillover about one synapse reaches 1-3 um (recalled). Below the edge of a voxel it is not resolved: 3 to 30 um move no outcome by 0.2 %";
        /// Loss of uptake at full glucocorticoid load.
        stress_uptake_loss = 0.05, unit "1", range 0.0..=0.9,
            symbol "k_u", species "rat", grade C, source "with k_x the lower bound of a loss of GLT-1 of 15-30 % after chronic unpredictable stress (recalled). The abstract of Banasr 2010 Mol Psychiatry has glia take up and metabolise less acetate and express less GFAP, and says nothing of GLT-1; the split is assumed";
        /// Loss of uptake per unit of inflammatory effect.
        inflammatory_uptake_loss = 0.17, unit "1", range 0.0..=0.9,
            symbol "k_x", species "rodent", grade C, source "cytokines lower EAAT2 (recalled: Tilleux & Hermans 2007 J Neurosci Res, direction); sized so that doubled cytokines cost 15-30 %";
        /// Edge of a voxel of the extracellular fields.
        voxel_um = 90.0, unit "um", range 5.0..=1_000.0,
            symbol "Δx", species "-", grade Numerical, source "numerical: edge of a grid cell that holds several somata. Edges of 45 to 150 um move spines by 0.1 %, peaks of glutamate and BDNF by 0.6 %";
        /// Mean residual of a class, relative to its set point, below which rates count as settled.
        settling_tolerance = 0.01, unit "1", range 0.000_001..=0.1,
            symbol "ε", species "-", grade Numerical, source "numerical: hourly size fluctuation moves a single cell's rate by several times as much. A tenth and three times the value move spines by 0.1 %, peaks of glutamate and BDNF by 1 %";
        /// Time constant of the activity trace that homeostasis follows.
        calcium_time_constant_h = 24.0, unit "h", range 0.5..=500.0,
            symbol "τ_Ca", species "rat", grade C, source "homeostatic scaling takes 24-48 h: Turrigiano 2008 Cell";
    }
}

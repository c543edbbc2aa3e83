//! The parameters of GABA signalling.

crate::parameters! {
    /// How GABA content follows glutamate and stress, and what it does to inhibition.
    pub struct GabaParameters of "gaba" {
        /// Loss of GABA content at full glucocorticoid load.
        stress_loss = 0.15, unit "1", range 0.0..=0.8,
            symbol "k_s", species "human", grade C, source "prefrontal and occipital GABA 10-25 % lower in depression (meta-analyses of 1H-MRS)";
        /// Rise of GABA content per relative rise of extracellular glutamate; 0 or negative for the contested alternatives.
        glutamate_coupling = 0.8, unit "1", range -1.0..=2.0,
            symbol "k_g", species "human", grade B, source "Milak 2016 Mol Psychiatry: GABA +38 % beside Glx +38 %, r = 0.80; no change in Stone 2012 and a fall elsewhere: switch S11";
        /// Time constant with which content follows.
        time_constant_h = 0.15, unit "h", range 0.01..=200.0,
            symbol "τ_G", species "human", grade C, source "Milak 2016: GABA peaks with Glx at 26 min";
        /// Share of a change in content that changes the strength of synaptic inhibition.
        synaptic_share = 0.15, unit "1", range 0.0..=1.0,
            symbol "ε_G", species "-", grade C, source "GABA by magnetic resonance does not go with measures of synaptic GABA-A or GABA-B inhibition, and may with extrasynaptic tone (Stagg 2011 J Physiol, PMC3249054): most of the tissue's GABA is not what synapses release; size assumed";
        /// Share of a drug's potentiation of GABA-A receptors that reaches the mean inhibitory current.
        potentiated_share = 0.20, unit "1", range 0.0..=1.0,
            symbol "β", species "-", grade Assumed, source "assumed: benzodiazepines lengthen synaptic currents of some receptors; firing falls by tens of per cent at sedation, it does not stop";
        /// Share of inhibition that follows the output of interneurons slowly: spilt GABA and the receptors that it reaches.
        slow_share = 0.50, unit "1", range 0.0..=1.0,
            symbol "s_G", species "-", grade Assumed, source "assumed: pyramidal cells rise minutes after interneurons fall (Homayoun & Moghaddam 2007 J Neurosci); C8; size and time recalled";
        /// Time constant of that share.
        slow_time_constant_min = 10.0, unit "min", range 0.1..=600.0,
            symbol "τ_S", species "-", grade C, source "pyramidal cells rise at a delayed rate after interneurons have fallen (Homayoun & Moghaddam 2007 J Neurosci, abstract); some ten minutes recalled from its figures";
        /// Loss of excitatory transmission onto PV interneurons at full glucocorticoid load.
        pv_drive_loss = 0.10, unit "1", range 0.0..=1.0,
            symbol "k_δ,PV", species "rodent", grade C, source "PV cells after chronic stress: lower, unchanged and higher are all reported (Fee 2017 Biol Psychiatry; recalled); small by choice";
        /// Loss of excitatory transmission onto SST interneurons at full glucocorticoid load.
        sst_drive_loss = 0.20, unit "1", range 0.0..=1.0,
            symbol "k_δ,SST", species "rodent", grade C, source "SST cells are the more vulnerable (Lin & Sibille 2013; Fee 2017 Biol Psychiatry; recalled); size assumed";
        /// Time constant with which that transmission follows the load.
        drive_time_constant_d = 5.0, unit "d", range 0.1..=60.0,
            symbol "τ_δ", species "-", grade Assumed, source "assumed: as slow as other structural effects of stress";
    }
}

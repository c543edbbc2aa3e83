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
            symbol "ε_G", species "-", grade Assumed, source "assumed: most of the tissue's GABA is metabolic, not vesicular";
    }
}

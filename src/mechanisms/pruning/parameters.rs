//! The parameters of chronic-stress pruning.

crate::parameters! {
    /// How glucocorticoid load raises the hazard of elimination of spines.
    pub struct PruningParameters of "pruning" {
        /// Relative rise of the hazard at full glucocorticoid load.
        stress_gain = 0.9, unit "1", range 0.0..=10.0,
            symbol "k_p", species "mouse", grade Fitted, source "fitted to C13 (elimination x1.3-2.0; density -15 to -35 % in 21 d): Liston & Gan 2011, Moda-Sava 2019";
        /// How much more steeply the hazard falls with size under full load: small spines go first.
        size_selectivity = 0.3, unit "1", range 0.0..=3.0,
            symbol "Δβ", species "rat", grade C, source "assumed from Radley 2008: large spines fail to form; weak ones are lost";
        /// How much more steeply the hazard falls with presynaptic output under full load: inactive synapses go first.
        activity_selectivity = 0.5, unit "1", range 0.0..=5.0,
            symbol "Δα", species "mouse", grade C, source "microglia engulf weak, tagged synapses: PMC8182072 (2021), direction";
    }
}

//! The parameters of chronic-stress pruning.

crate::parameters! {
    /// How glucocorticoid load raises the hazard of elimination of spines.
    pub struct PruningParameters of "pruning" {
        /// Relative rise of the hazard at full glucocorticoid load.
        stress_gain = 0.20, unit "1", range 0.0..=10.0,
            symbol "k_p", species "mouse", grade Fitted, source "fitted with λ_c to C13 (elimination x1.3-2.0; density -15 to -35 % in 21 d): Liston & Gan 2011, Moda-Sava 2019";
        /// How much more steeply the hazard falls with size under full load: small spines go first.
        size_selectivity = 0.3, unit "1", range 0.0..=3.0,
            symbol "Δβ", species "rat", grade C, source "assumed from Radley 2008: large spines fail to form; weak ones are lost";
        /// How much more steeply the hazard falls with presynaptic output under full load: inactive synapses go first.
        activity_selectivity = 0.5, unit "1", range 0.0..=5.0,
            symbol "Δα", species "mouse", grade C, source "microglia engulf weak, tagged synapses: PMC8182072 (2021), direction";
        /// Hazard of being tagged by complement for a spine of size 1 at the set point, at inflammatory effect 1.
        tagging_per_d = 0.020, unit "1/d", range 0.0..=5.0,
            symbol "λ_c", species "mouse", grade Fitted, source "fitted with k_p to C13; doubled cytokines raise elimination by 20-60 % (assumed)";
        /// How steeply the hazard of being tagged falls with size: weak synapses are tagged.
        tagging_size_exponent = 1.0, unit "1", range 0.0..=3.0,
            symbol "β_c", species "mouse", grade C, source "microglia engulf less active, weaker inputs: Schafer 2012 Neuron (recalled, development); adult stress: PMC8182072, direction";
        /// How steeply the hazard of being tagged falls with presynaptic output: inactive synapses are tagged.
        tagging_activity_exponent = 0.5, unit "1", range 0.0..=5.0,
            symbol "α_c", species "mouse", grade C, source "Schafer 2012 Neuron (recalled): the less active of two inputs is engulfed; size assumed";
        /// Hazard with which a tag is lost.
        clearing_per_d = 0.33, unit "1/d", range 0.0..=50.0,
            symbol "λ_cl", species "-", grade Assumed, source "assumed: complement on the membrane turns over within days";
        /// Hazard with which microglia engulf a tagged spine.
        engulfment_per_d = 0.5, unit "1/d", range 0.0..=50.0,
            symbol "λ_e", species "mouse", grade C, source "spines near which microglial processes stand are typically lost over 2 d (Tremblay 2010 PLoS Biol, abstract; juvenile visual cortex): 1/2 d; spines that microglia touched are lost within days (PMC8182072)";
    }
}

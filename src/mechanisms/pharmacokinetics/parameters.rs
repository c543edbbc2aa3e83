//! The parameters of pharmacokinetics that do not belong to a drug.

crate::parameters! {
    /// How bodies scale, and how finely time is cut while a concentration changes.
    pub struct PharmacokineticsParameters of "pharmacokinetics" {
        /// Exponent with which clearances and flows grow with body weight.
        clearance_exponent = 0.75, unit "1", range 0.0..=1.5, symbol "a", species "human", grade A,
            source "Anderson & Holford 2008 Annu Rev Pharmacol Toxicol, doi:10.1146/annurev.pharmtox.48.113006.094708";
        /// Exponent with which volumes of distribution grow with body weight.
        volume_exponent = 1.0, unit "1", range 0.0..=1.5, symbol "b", species "human", grade A,
            source "Anderson & Holford 2008 Annu Rev Pharmacol Toxicol, doi:10.1146/annurev.pharmtox.48.113006.094708";
        /// Largest change of a free concentration in brain per tick, relative to C plus the lowest IC50 or EC50.
        change_per_tick = 0.04, unit "1", range 0.001..=0.5, symbol "ε", species "-", grade Numerical,
            source "numerical: receptor block then changes by less than 0.01 per tick, and ticks are a minute during an infusion. Half or twice the value moves spines by 0.1 %, peaks of glutamate and BDNF by 1 %, of protein by 2.5 %";
    }
}

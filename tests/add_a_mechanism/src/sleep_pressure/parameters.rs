//! The parameters of sleep pressure.

resprout::parameters! {
    /// How sleep pressure builds up and falls, and what it does to inhibition.
    pub struct SleepPressureParameters of "sleep_pressure" {
        /// Time constant with which pressure builds up awake.
        rise_time_constant_h = 18.2, unit "h", range 1.0..=100.0, symbol "τ_r", species "human", grade B,
            source "Daan, Beersma & Borbély 1984 Am J Physiol 246:R161";
        /// Time constant with which pressure falls asleep.
        fall_time_constant_h = 4.2, unit "h", range 0.5..=50.0, symbol "τ_f", species "human", grade B,
            source "Daan, Beersma & Borbély 1984 Am J Physiol 246:R161";
        /// Hours awake in each day.
        awake_h = 16.0, unit "h", range 0.0..=24.0, symbol "w", species "human", grade Assumed,
            source "assumed: eight hours of sleep";
        /// Current into pyramidal cells per unit of pressure.
        excitation_na = 0.002, unit "nA", range 0.0..=0.05, symbol "ε", species "human", grade Assumed,
            source "assumed; direction: Huber 2013 Cereb Cortex, excitability grows with time awake";
    }
}

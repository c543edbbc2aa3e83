//! The parameters of stress.

crate::parameters! {
    /// How fast the body's glucocorticoid load follows the stressor.
    pub struct StressParameters of "stress" {
        /// Time constant with which glucocorticoid load builds up while an episode lasts.
        onset_time_constant_d = 3.0, unit "d", range 0.1..=30.0, symbol "τ₊", species "mouse", grade C,
            source "Liston & Gan 2011 PNAS; Moda-Sava 2019 Science: elimination is raised within days of daily corticosterone";
        /// Time constant with which the load falls after an episode.
        offset_time_constant_d = 2.0, unit "d", range 0.1..=60.0, symbol "τ₋", species "rat", grade C,
            source "corticosterone falls within hours to days of the last stressor; what outlasts it is structure (PMC5555043: dendrites are back after 10 d)";
    }
}

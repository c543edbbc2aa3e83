//! The conditions that are built in, as their files state them.

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        /// Name and text of every condition that is built into the program, by name.
        pub(super) const SHIPPED: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../configs/conditions/", $name, ".toml")))),*];
    };
}

shipped!("anxiety", "depression", "ocd", "ptsd", "schizophrenia", "substance_use", "treatment_resistant_depression",);

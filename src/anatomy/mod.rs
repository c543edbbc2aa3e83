//! What is there: the patch of cortex and the subject that carries it.

/// Cell classes and the populations that a network is made of.
pub mod population;

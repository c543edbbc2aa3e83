//! The long answers, as pages of this documentation.
//!
//! | page | |
//! | --- | --- |
//! | [`tutorial`](crate::guide::tutorial) | from nothing to a figure of your own, in five commands |
//! | [`studies`](crate::guide::studies) | a question about many runs: designs, parts, sensitivity |
//! | [`figures`](crate::guide::figures) | every figure: what it asks, its axes, what its bands are |
//! | [`model`](crate::guide::model) | what is simulated, in the form of the ODD protocol |
//! | [`validation`](crate::guide::validation) | what has been checked against what, and what fails |
//! | [`scoreboard`](crate::guide::scoreboard) | every target with what the model gives |
//! | [`changes`](crate::guide::changes) | which change of the model mended which row of the scoreboard, and which broke which |
//! | [`identifiability`](crate::guide::identifiability) | which parameters the data pin down, and which they do not |
//! | [`influence`](crate::guide::influence) | which parameters the outcomes hang on, and how well those are known |
//! | [`hypotheses`](crate::guide::hypotheses) | what each says, what speaks for and against it, what it predicts here |
//! | [`performance`](crate::guide::performance) | how synapses are stored and swept, and how to measure it |
//! | [`add_a_mechanism`](crate::guide::add_a_mechanism) | one folder, one line elsewhere |

/// From nothing to a figure of your own.
pub mod tutorial {
    #![doc = include_str!("tutorial.md")]
}

/// A question about many runs.
pub mod studies {
    #![doc = include_str!("studies.md")]
}

/// Every figure: what it asks, its axes, what its bands are.
pub mod figures {
    #![doc = include_str!("figures.md")]
}

/// What is simulated: the model in the form of the ODD protocol.
pub mod model {
    #![doc = include_str!("model.md")]
}

/// What has been checked against what, and what fails.
pub mod validation {
    #![doc = include_str!("validation.md")]
}

/// Every validation target with what the model gives.
pub mod scoreboard {
    #![doc = include_str!("scoreboard.md")]
}

/// Which change of the model mended which row of the scoreboard, and which broke which.
pub mod changes {
    #![doc = include_str!("changes.md")]
}

/// Which parameters the calibration targets pin down, and which they do not.
pub mod identifiability {
    #![doc = include_str!("identifiability.md")]
}

/// Which parameters the outcomes hang on, and how well those are known.
pub mod influence {
    #![doc = include_str!("influence.md")]
}

/// Where ketamine acts first: the hypotheses, side by side.
pub mod hypotheses {
    #![doc = include_str!("hypotheses/mod.md")]

    /// Interneurons are blocked first.
    pub mod disinhibition {
        #![doc = include_str!("hypotheses/disinhibition.md")]
    }

    /// Receptors at rest fall silent.
    pub mod direct {
        #![doc = include_str!("hypotheses/direct.md")]
    }

    /// Hydroxynorketamine acts by itself.
    pub mod metabolite {
        #![doc = include_str!("hypotheses/metabolite.md")]
    }
}

/// How synapses are stored and swept, and how to measure it.
pub mod performance {
    #![doc = include_str!("performance.md")]
}

/// How to add a mechanism.
pub mod add_a_mechanism {
    #![doc = include_str!("add_a_mechanism.md")]
}

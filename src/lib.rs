//! # resprout
//!
//! A deterministic, parallel simulator of neural plasticity under chronic stress and ketamine, from the
//! infusion pump to the dendritic spine. Research and teaching software, not medical advice.
//!
//! ## Reading order
//!
//! | room | what it answers |
//! | --- | --- |
//! | [`guide`] | What is this model, how is it used, what is it worth? The long answers. |
//! | [`schedule`] | What happens in one tick, and in which order? One page: the cascade. |
//! | [`mechanisms`] | How does each step work? One folder each, in causal order: equations, sources, status. |
//! | [`anatomy`] | What does it happen to? Neurons, their synapses, space, the subject. |
//! | [`recording`] | What did we see? Tables, snapshots of the network, the run folder. |
//! | [`configuration`] | What do we ask? The config: read, checked, completed. |
//! | [`experiment`] | How is it run? Arms that branch from one history, checkpoints, the folder that is filled. |
//! | [`statistics`] | What do few networks tell? Means, intervals, contrasts within networks: one policy for all who ask. |
//! | [`validation`] | What is it worth? Published figures, and how the model fares against them. |
//! | [`studies`] | What do many runs tell? Designs, journals, parts of a study. |
//! | [`figures`] | How do we show it? One file per figure. |
//! | [`cli`] | How does a person ask? One file per command. |
//! | [`foundation`] | What does it all stand on? Time, units, randomness, parameters; no biology. |
//!
//! The cascade, each link a mechanism that reads only what stands above it:
//!
//! | mechanism | |
//! | --- | --- |
//! | [`dosing`](mechanisms::dosing) | Doses begin and end; drugs are data. |
//! | [`pharmacokinetics`](mechanisms::pharmacokinetics) | Drug amounts become free concentrations at the receptor. |
//! | [`stress`](mechanisms::stress) | Stress episodes load the body with glucocorticoid. |
//! | [`inflammation`](mechanisms::inflammation) | Cytokines follow stress, subject and drug; quinolinate follows cytokines. |
//! | [`serotonin`](mechanisms::serotonin) | Serotonin follows reuptake inhibition at once, and more over weeks. |
//! | [`nmda_antagonism`](mechanisms::nmda_antagonism) | Drugs block NMDA receptors, by population and subunit. |
//! | [`glutamate`](mechanisms::glutamate) | Firing rates settle; glutamate is released and taken up. |
//! | [`gaba`](mechanisms::gaba) | GABA content follows glutamate and stress, and sets the strength of inhibition. |
//! | [`bdnf`](mechanisms::bdnf) | BDNF is released; TrkB, mTORC1, synaptic protein and AMPA insertion follow. |
//! | [`spine_plasticity`](mechanisms::spine_plasticity) | Synapses fluctuate in size, mature and turn over. |
//! | [`pruning`](mechanisms::pruning) | Chronic stress raises the hazard of elimination. |
//! | [`synaptogenesis`](mechanisms::synaptogenesis) | Vacant elements grow and meet partners. |
//! | [`symptoms`](mechanisms::symptoms) | Symptom scales are read off the circuit; an illustrative mapping. |
//! | [`side_effects`](mechanisms::side_effects) | Side effects are read off concentration and block. |
//!
//! Rooms import downwards only, and mechanisms only what precedes them; `tests/architecture` holds the
//! doors. Feedback goes through [`anatomy`] and arrives at the next tick.

// Alphabetical, because rustfmt sorts neighbours; the reading order stands above.

/// What is there: neurons, synapses, space, fields, the subject.
pub mod anatomy;
/// The command line: one file per command.
pub mod cli;
/// What we ask: the experiment as a person writes it, and how that is read, checked and completed.
pub mod configuration;
/// One run: arms that branch, replicates, subjects, checkpoints, and the folder that they fill.
pub mod experiment;
/// How we show it: one file per figure, one style.
pub mod figures;
/// No biology: time, randomness, parameters, errors, files.
pub mod foundation;
/// The long answers: the model, its tests against the world, its speed, a tutorial.
pub mod guide;
/// What happens, listed in the order of the cascade.
pub mod mechanisms;
/// What we saw: tables, snapshots of the network, the run folder.
pub mod recording;
/// THE CASCADE: the whole tick on one page.
pub mod schedule;
/// What few networks tell: means, intervals, contrasts, with one policy.
pub mod statistics;
/// Many runs: designs, journals, parts, and what they tell together.
pub mod studies;
/// How the model fares against published figures.
pub mod validation;

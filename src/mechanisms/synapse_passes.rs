//! Anatomy's own part in the tick: it carries out on every synapse what the protocol and the mechanisms decide.
//!
//! Synapses have several authors, so none of them touches a synapse: laws are stated neuron by neuron, births are
//! staged, and anatomy applies both once, in a fixed order.

use crate::anatomy::neuron::{PresynapticOutput, SynapticInput};
use crate::anatomy::synapses::{
    Complement, Dendrite, EliminationPressure, NeuronLaws, SpineRemovals, StagedBirths, Synapses, apply_births,
    remove_spines, sweep_synapses,
};
use crate::foundation::parameters::NoParameters;
use crate::mechanisms::column::{Column, RELATIVE, SoundRange};
use crate::mechanisms::mechanism::{Link, Mechanism, Part};

/// Takes away the spines that the protocol says, as the tick begins.
pub struct RemovalByProtocol;

impl Mechanism for RemovalByProtocol {
    const NAME: &'static str = "spine_removal";
    const ABOUT: &'static str = "Spines that the protocol says are taken away.";
    const PART: Part = Part::Anatomy;
    type Parameters = NoParameters;

    fn build(&self, link: &mut Link, _: &NoParameters) {
        let removals = link.world().get_resource_or_init::<SpineRemovals>().clone();
        link.stops_at(removals.0.iter().map(|removal| removal.time)).adds(remove_spines);
    }
}

/// Carries out the laws of every neuron on its synapses, in one pass.
pub struct SynapseSweep;

impl Mechanism for SynapseSweep {
    const NAME: &'static str = "synapse_sweep";
    const ABOUT: &'static str = "Anatomy carries those decisions out on every synapse, in one pass.";
    const PART: Part = Part::Anatomy;
    type Parameters = NoParameters;
    const COLUMNS: &'static [Column] = &[
        Column::whole(
            "spines_per_pyramidal",
            "spines per neuron",
            "Spines per pyramidal cell",
            "standing spines per pyramidal cell",
            // the largest human pyramidal cells have some 30,000
            SoundRange::within(0.0, 100_000.0),
            |view| {
                let standing = view.resource::<Synapses>()?.tally().spines.standing;
                Some(standing as f64 / view.census.pyramidal.len() as f64)
            },
        ),
        Column::whole(
            "spine_size",
            RELATIVE,
            "Mean spine size",
            "mean size of standing spines",
            // volumes of single spines span two orders of magnitude; the mean of all moves within them
            SoundRange::within(0.0, 20.0),
            |view| {
                // the sweep sums sizes before it lets the births of its tick in
                let swept = view.resource::<Synapses>()?.tally().spines.swept as f64;
                let total = view.pyramidal_mean::<SynapticInput>(|input| f64::from(input.excitatory_size))?;
                (swept > 0.0).then(|| total * view.census.pyramidal.len() as f64 / swept)
            },
        ),
        Column::whole(
            "health_synapse_balance",
            "synapses",
            "Synapse balance",
            "initial + formed − pruned − current synapses; 0 if none is lost",
            SoundRange::NOTHING,
            |view| {
                let tally = view.resource::<Synapses>()?.tally();
                let rows = view.column::<Dendrite>()?.iter();
                let standing: usize = rows.map(|dendrite| dendrite.excitatory.len() + dendrite.inhibitory.len()).sum();
                Some((tally.initial + tally.formed) as f64 - tally.eliminated as f64 - standing as f64)
            },
        ),
    ];

    fn build(&self, link: &mut Link, _: &NoParameters) {
        link.needs::<NeuronLaws>()
            .reads_component::<EliminationPressure>()
            .reads_component::<Complement>()
            .reads::<PresynapticOutput>()
            .keeps::<PresynapticOutput>()
            .carries_streamed::<Synapses>()
            .writes_component::<Dendrite>()
            .writes_component::<SynapticInput>()
            .adds(sweep_synapses);
    }
}

/// Lets the births in that mechanisms have staged.
pub struct SynapseEdits;

impl Mechanism for SynapseEdits {
    const NAME: &'static str = "synapse_edits";
    const ABOUT: &'static str = "Anatomy applies staged births once, in a fixed order.";
    const PART: Part = Part::Anatomy;
    type Parameters = NoParameters;

    fn build(&self, link: &mut Link, _: &NoParameters) {
        link.reads::<StagedBirths>().adds(apply_births);
    }
}

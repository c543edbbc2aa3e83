//! Writing the network of a world at one instant.

use std::path::Path;

use super::layout::NETWORK;
use super::network::{NetworkSnapshot, NeuronTable, SnapshotId, SynapseTable, SynapseWriter};
use super::sample::Sample;
use crate::anatomy::all_neurons::NeuronColumns;
use crate::anatomy::network::Network;
use crate::anatomy::neuron::{FiringRate, Neuron};
use crate::anatomy::population::CellClass;
use crate::anatomy::synapses::{Dendrite, Kind, Synapses, Tags};
use crate::anatomy::view::Census;
use crate::foundation::clock::Clock;
use crate::foundation::error::Result;
use crate::foundation::files::{self, Fingerprint};
use crate::mechanisms::bdnf::Neurotrophin;

/// Synapses per row group: they compress well together, and fit in memory many times over.
const CHUNK: usize = 1 << 20;

/// Writes all neurons, and the synapses of those that `sample` keeps, into the run folder `run`; returns what was written.
pub fn write(
    columns: NeuronColumns,
    census: &Census,
    sample: &Sample,
    run: &Path,
    id: &SnapshotId,
) -> Result<[Fingerprint; 2]> {
    let folder = files::create_folder_in(run, NETWORK)?;
    let [neurons_file, synapses_file] = [id.neurons_file(), id.synapses_file()];
    let neurons_hash = files::write_hashed(&folder.join(&neurons_file), |target| {
        NetworkSnapshot::write_neurons(&neurons(columns, census), target).map(drop)
    })?;
    let synapses_hash = files::write_hashed(&folder.join(&synapses_file), |target| {
        let mut writer = SynapseWriter::new(target)?;
        synapses(columns, sample, |chunk| writer.write(chunk))?;
        writer.finish().map(drop)
    })?;
    let written = [(neurons_file, neurons_hash), (synapses_file, synapses_hash)];
    Ok(written.map(|(file, hash)| Fingerprint { path: format!("{NETWORK}/{file}"), hash }))
}

fn neurons(columns: NeuronColumns, census: &Census) -> NeuronTable {
    let neurons = columns.get::<Neuron>().unwrap_or_default();
    let dendrites = columns.get::<Dendrite>().unwrap_or_default();
    let spines = neurons.iter().zip(dendrites).map(|(neuron, dendrite)| match neuron.class {
        CellClass::Pyramidal => dendrite.excitatory.len() as u32,
        CellClass::Pv | CellClass::Sst => 0,
    });
    NeuronTable {
        populations: census.populations.clone(),
        population: neurons.iter().map(|neuron| neuron.population).collect(),
        position_um: columns.world().resource::<Network>().positions.clone(),
        rate_hz: columns.get::<FiringRate>().unwrap_or_default().iter().map(|rate| rate.0).collect(),
        spines: spines.collect(),
        trkb: columns.get::<Neurotrophin>().unwrap_or_default().iter().map(|levels| levels.trkb).collect(),
    }
}

/// Hands the kept synapses to `take`, chunk by chunk, in order of their postsynaptic neuron.
fn synapses(columns: NeuronColumns, sample: &Sample, mut take: impl FnMut(&SynapseTable) -> Result<()>) -> Result<()> {
    let world = columns.world();
    let beginning_h = world.resource::<Clock>().beginning.hours();
    let synapses = world.resource::<Synapses>();
    let dendrites = columns.get::<Dendrite>().unwrap_or_default();
    let mut chunk = SynapseTable::default();
    for (post, dendrite) in (0_u32..).zip(dendrites) {
        if !sample.keeps(post) {
            continue;
        }
        for kind in [Kind::Excitatory, Kind::Inhibitory] {
            for synapse in synapses.of(post, dendrite, kind) {
                chunk.post.push(post);
                chunk.pre.push(synapse.presynaptic);
                chunk.size.push(synapse.log_size.size());
                chunk.mature.push(synapse.tags.is_mature());
                chunk.tagged.push(synapse.tags.is_tagged());
                chunk.born_h.push((beginning_h + f64::from(synapse.tags.epoch()) * Tags::EPOCH_H) as f32);
            }
        }
        if chunk.len() >= CHUNK {
            take(&chunk)?;
            chunk.clear();
        }
    }
    if chunk.is_empty() { Ok(()) } else { take(&chunk) }
}

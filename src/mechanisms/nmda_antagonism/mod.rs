#![doc = include_str!("README.md")]

pub mod equations;
pub mod parameters;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

pub use parameters::{NmdaAntagonismParameters, Site};

use self::equations::{Activity, Binding, binding, ic50, magnesium_unblock, occupancy_after, steady_occupancy};
use crate::anatomy::neuron::Neuron;
use crate::anatomy::population::CellClass;
use crate::foundation::clock::Clock;
use crate::mechanisms::column::{Column, FRACTION, SoundRange};
use crate::mechanisms::dosing::parameters::NmdaBlocker;
use crate::mechanisms::dosing::{Formulary, Glun2};
use crate::mechanisms::mechanism::{Link, Mechanism};
use crate::mechanisms::pharmacokinetics::Exposure;

/// One number for every class, site and subunit.
pub type ByReceptor = [[[f64; Glun2::COUNT]; Site::COUNT]; CellClass::COUNT];

/// Signal: the fraction of NMDA receptors that drugs block at the end of the tick. Conductances are
/// multiplied by 1 − block. All zero without drug.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NmdaBlock {
    /// At synapses, by cell class.
    pub synaptic: [f64; CellClass::COUNT],
    /// Of tonically active, extrasynaptic receptors, by cell class.
    pub tonic: [f64; CellClass::COUNT],
    /// By class, site and subunit, whether or not the class has the subunit there.
    pub by_receptor: ByReceptor,
}

/// Signal: the fraction of channels that magnesium leaves free at each class's voltage, without drug.
#[derive(Resource, Clone, Debug, Default, PartialEq)]
pub struct MagnesiumUnblock {
    /// At synapses, during their events.
    pub synaptic: [f64; CellClass::COUNT],
    /// Of extrasynaptic receptors, at the mean membrane potential.
    pub tonic: [f64; CellClass::COUNT],
}

impl MagnesiumUnblock {
    fn new(parameters: &NmdaAntagonismParameters) -> Self {
        let at = |site| {
            CellClass::ALL.map(|class| magnesium_unblock(parameters.voltage_mv(class, site), parameters.magnesium_mm))
        };
        Self { synaptic: at(Site::Synaptic), tonic: at(Site::Tonic) }
    }
}

/// Fraction of receptors that each moiety holds, by `drug/moiety`.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReceptorOccupancy(pub BTreeMap<String, ByReceptor>);

/// Lets drugs block NMDA receptors, by population, site and subunit.
pub struct NmdaAntagonism;

impl Mechanism for NmdaAntagonism {
    const NAME: &'static str = "nmda_antagonism";
    const ABOUT: &'static str = "Drugs block NMDA receptors, by population and subunit.";
    type Parameters = NmdaAntagonismParameters;
    const COLUMNS: &'static [Column] = &[Column::by_population(
        "nmda_block_<population>",
        FRACTION,
        "NMDA-receptor block",
        "NMDA conductance lost to the drug, mean over the population",
        SoundRange::SHARE,
        |view, members| {
            let block = view.resource::<NmdaBlock>()?;
            view.mean::<Neuron>(members, |neuron| block.synaptic[neuron.class as usize])
        },
    )];

    fn build(&self, link: &mut Link, parameters: &NmdaAntagonismParameters) {
        link.reads::<Formulary>()
            .reads::<Exposure>()
            .scratch::<Blockers>()
            .provides_from(MagnesiumUnblock::new(parameters))
            .writes::<ReceptorOccupancy>()
            .writes::<NmdaBlock>()
            .adds((list_blockers, block_nmda_channels).chain());
    }
}

/// A moiety that blocks NMDA receptors.
struct Blocker {
    drug: String,
    moiety: String,
    key: String,
    kinetics: NmdaBlocker,
    /// IC50 at each receptor's own voltage, in µM.
    ic50_um: ByReceptor,
}

/// The blockers among the drugs in use.
#[derive(Resource, Default)]
struct Blockers(Vec<Blocker>);

fn list_blockers(formulary: Res<Formulary>, parameters: Res<NmdaAntagonismParameters>, mut blockers: ResMut<Blockers>) {
    if !(formulary.is_changed() || parameters.is_changed()) {
        return;
    }
    blockers.0.clear();
    for drug in &formulary.0 {
        for moiety in &drug.moieties {
            let Some(kinetics) = &moiety.nmda else { continue };
            let ic50_um = by_receptor(|class, site, subunit| {
                ic50(kinetics, subunit, parameters.voltage_mv(class, site), parameters.magnesium_mm)
            });
            blockers.0.push(Blocker {
                drug: drug.name.clone(),
                moiety: moiety.name.clone(),
                key: format!("{}/{}", drug.name, moiety.name),
                kinetics: kinetics.clone(),
                ic50_um,
            });
        }
    }
}

fn by_receptor(value: impl Fn(CellClass, Site, Glun2) -> f64) -> ByReceptor {
    CellClass::ALL.map(|class| Site::ALL.map(|site| Glun2::ALL.map(|subunit| value(class, site, subunit))))
}

fn block_nmda_channels(
    clock: Res<Clock>,
    exposure: Res<Exposure>,
    parameters: Res<NmdaAntagonismParameters>,
    blockers: Res<Blockers>,
    mut occupancy: ResMut<ReceptorOccupancy>,
    mut block: ResMut<NmdaBlock>,
) {
    // drugs that are neither present nor bound have no part in this
    let present: Vec<(&Blocker, f64, ByReceptor)> = blockers
        .0
        .iter()
        .filter_map(|blocker| {
            let concentration_um = exposure
                .moieties
                .iter()
                .find(|place| place.drug == blocker.drug && place.moiety == blocker.moiety)
                .map_or(0.0, |place| place.brain_free_um);
            let held = occupancy.0.get(&blocker.key).copied();
            (concentration_um > 0.0 || held.is_some()).then(|| (blocker, concentration_um, held.unwrap_or_default()))
        })
        .collect();
    if present.is_empty() {
        return;
    }
    let step_s = clock.step_h() * 3_600.0;
    let mut held_after: Vec<ByReceptor> = vec![ByReceptor::default(); present.len()];
    for class in CellClass::ALL {
        for site in Site::ALL {
            for subunit in Glun2::ALL {
                let (c, s, g) = (class as usize, site as usize, subunit as usize);
                let activity = parameters.activity(class, site, subunit);
                let bindings: Vec<Binding> = present
                    .iter()
                    .map(|(blocker, concentration_um, _)| {
                        binding(&blocker.kinetics, blocker.ic50_um[c][s][g], *concentration_um, activity)
                    })
                    .collect();
                let before: Vec<f64> = present.iter().map(|(_, _, held)| held[c][s][g]).collect();
                let after = occupancy_after(&bindings, &before, step_s);
                block.by_receptor[c][s][g] = after.iter().sum();
                for (held, after) in held_after.iter_mut().zip(after) {
                    held[c][s][g] = after;
                }
            }
        }
        let blocked = |site: Site| {
            let receptors = block.by_receptor[class as usize][site as usize];
            parameters.composition(class, site).iter().zip(receptors).map(|(share, blocked)| share * blocked).sum()
        };
        let (synaptic, tonic) = (blocked(Site::Synaptic), blocked(Site::Tonic));
        block.synaptic[class as usize] = synaptic;
        block.tonic[class as usize] = tonic;
    }
    for ((blocker, _, _), held) in present.iter().zip(held_after) {
        occupancy.0.insert(blocker.key.clone(), held);
    }
}

/// Block of the receptors of `class` at `site` once a constant free concentration of one blocker has
/// acted for long: the model's own concentration–response curve.
#[must_use]
pub fn steady_block(
    parameters: &NmdaAntagonismParameters,
    blocker: &NmdaBlocker,
    class: CellClass,
    site: Site,
    concentration_um: f64,
) -> f64 {
    let v_mv = parameters.voltage_mv(class, site);
    let blocked = |subunit: Glun2| {
        let activity: Activity = parameters.activity(class, site, subunit);
        let ic50_um = ic50(blocker, subunit, v_mv, parameters.magnesium_mm);
        steady_occupancy(&[binding(blocker, ic50_um, concentration_um, activity)])[0]
    };
    Glun2::ALL.iter().zip(parameters.composition(class, site)).map(|(&subunit, share)| share * blocked(subunit)).sum()
}

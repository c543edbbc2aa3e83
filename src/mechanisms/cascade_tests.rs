//! What a cascade refuses, and what follows from one that fits.

use serde::{Deserialize, Serialize};

use super::*;
use crate::foundation::clock::Disabled;
use crate::foundation::parameters::NoParameters;
use crate::mechanisms::bdnf::Bdnf;
use crate::mechanisms::column::{FRACTION, SoundRange};
use crate::mechanisms::gaba::Gaba;
use crate::mechanisms::pruning::Pruning;
use crate::mechanisms::stress::{GlucocorticoidLoad, Stress};

#[derive(Resource, Clone, Default, Serialize, Deserialize)]
struct Vigour(f64);

/// A mechanism that does what `BUILD` says, under a name of its own.
macro_rules! mechanism {
    ($type:ident, $name:literal, $columns:expr, $parameters:ty, |$link:ident| $build:expr) => {
        struct $type;

        impl Mechanism for $type {
            const NAME: &'static str = $name;
            const ABOUT: &'static str = "It is made up.";
            type Parameters = $parameters;
            const COLUMNS: &'static [Column] = $columns;

            fn build(&self, $link: &mut Link, _: &$parameters) {
                let _ = $build;
            }
        }
    };
}

/// Parameters of somebody else.
#[derive(Resource, Clone, Default)]
struct StolenParameters;

impl Parameters for StolenParameters {
    const TABLE: &'static [Parameter] = crate::mechanisms::gaba::GabaParameters::TABLE;

    fn set(&mut self, _: &str, _: f64) -> bool {
        true
    }
}

mechanism!(Sound, "vigour", &[], NoParameters, |link| link.reads::<GlucocorticoidLoad>().writes::<Vigour>());
mechanism!(Nameless, "", &[], NoParameters, |link| link.writes::<Vigour>());
mechanism!(Thief, "thief", &[], StolenParameters, |link| link);
mechanism!(
    Mirror,
    "mirror",
    &[Column::whole("gaba_tone", FRACTION, "Tone", "the tone once more", SoundRange::SHARE, |_| None)],
    NoParameters,
    |link| link
);
mechanism!(Usurper, "usurper", &[], NoParameters, |link| link.writes::<GlucocorticoidLoad>());
mechanism!(Keeper, "keeper", &[], NoParameters, |link| link.keeps::<GlucocorticoidLoad>());
mechanism!(Needy, "needy", &[], NoParameters, |link| link.needs::<Vigour>());
mechanism!(Early, "early", &[], NoParameters, |link| link.feels::<GlucocorticoidLoad>());

fn fault(cascade: &Cascade) -> String {
    let error = cascade.check().expect_err("it does not fit");
    assert_eq!(error.exit_code(), 2);
    let text = error.to_string();
    assert_eq!(text.matches("error[E060]").count(), 1, "one clear error: {text}");
    text
}

#[test]
fn a_mechanism_that_fits_is_known_everywhere() {
    let cascade = Cascade::standard().after::<Gaba>(Sound);
    let names: Vec<_> = cascade.mechanisms().collect();
    let place = |name| names.iter().position(|known| *known == name).unwrap();
    assert_eq!(place("vigour"), place("gaba") + 1);
    assert_eq!(cascade.phases().len(), Cascade::standard().phases().len() + 1);
    let entries = cascade.entries().unwrap();
    assert_eq!(entries.iter().find(|entry| entry.name == "vigour").unwrap().signals.len(), 2);
}

#[test]
fn what_does_not_fit_is_refused_at_once_and_named() {
    let standard = Cascade::standard;
    let alone = Cascade::empty;
    for (cascade, words) in [
        (standard().after::<Gaba>(Stress), &["`stress` is registered twice"][..]),
        (standard().before::<Stress>(Sound), &["`vigour` stands above `stress`", "`GlucocorticoidLoad`"]),
        (standard().after::<Gaba>(Usurper), &["`stress` and `usurper` both write `GlucocorticoidLoad`"]),
        (standard().after::<Gaba>(Keeper), &["`stress` and `keeper` both carry", "GlucocorticoidLoad"]),
        (alone().then(Thief), &["`thief` declares the parameter `gaba.stress_loss` of another"]),
        (standard().after::<Gaba>(Mirror), &["`gaba` and `mirror` both show the column `gaba_tone`"]),
        (standard().after::<Gaba>(Nameless), &["a mechanism calls itself ``"]),
        (standard().after::<Gaba>(Early), &["`early` reads `GlucocorticoidLoad` as of the last tick"]),
        (alone().then(Needy), &["`needy` needs `Vigour`, and nobody writes it"]),
        (alone().then(Stress).after::<Gaba>(Sound), &["`vigour` was to stand beside `gaba`"]),
    ] {
        let text = fault(&cascade);
        for &word in words {
            assert!(text.contains(word), "{word}: {text}");
        }
    }
}

#[test]
fn one_in_the_place_of_another_takes_its_signals_over() {
    assert!(Cascade::standard().instead_of::<Stress>(Usurper).check().is_ok());
    assert!(Cascade::standard().instead_of::<Stress>(Usurper).mechanisms().all(|name| name != "stress"));
}

/// What a mechanism leaves behind when it is switched off does not depend on who was built first: its state is
/// its own, wherever it stands.
#[test]
fn the_owner_of_state_does_not_depend_on_the_order() {
    use crate::mechanisms::synapse_passes::SynapseSweep;
    let owners = |cascade: &Cascade| {
        let mut world = World::new();
        std::mem::swap(
            &mut world,
            cascade
                .assemble(&Model::default(), &Protocol::default(), &Subject::default(), Time::ZERO, 1)
                .unwrap()
                .world_mut(),
        );
        let mut owners: Vec<_> = world.resource::<CarriedState>().owners().collect();
        owners.sort_unstable();
        owners
    };
    let standard = Cascade::standard();
    let mut swapped = standard.clone();
    let place = |name| standard.phases().iter().position(|phase| phase.0 == name).unwrap();
    swapped.links.swap(place(Bdnf::NAME) + 1, place(Pruning::NAME));
    assert_ne!(swapped.phases(), standard.phases());
    assert_eq!(owners(&swapped), owners(&standard));
    let complement = std::any::type_name::<crate::anatomy::synapses::Complement>();
    assert!(owners(&standard).contains(&(complement, Pruning::NAME)));
    assert!(owners(&standard).iter().any(|(_, owner)| *owner == SynapseSweep::NAME));
}

#[test]
fn what_is_switched_off_runs_nothing_and_stays_neutral() {
    let off = Model { disabled: Disabled(vec![Stress::phase()]), ..Model::default() };
    let cascade = Cascade::empty().then(Stress);
    let mut app = cascade.assemble(&off, &Protocol::default(), &Subject::default(), Time::ZERO, 1).unwrap();
    clock::advance(app.world_mut(), Time::DAY).unwrap();
    assert_eq!(app.world().resource::<GlucocorticoidLoad>().0, 0.0);
}

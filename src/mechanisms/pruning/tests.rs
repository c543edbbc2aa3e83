use super::equations::{complement, hazard_factor};
use super::*;
use crate::anatomy::network::{self, NetworkPlan};
use crate::anatomy::population::default_populations;
use crate::anatomy::wiring::KernelShape;
use crate::foundation::clock::{self, Disabled};
use crate::foundation::parameters::Overrides;
use crate::foundation::random::Seed;
use crate::foundation::time::Time;
use crate::mechanisms::{Cascade, Model, Protocol};

#[test]
fn without_load_or_sensitivity_the_hazard_is_that_of_rest() {
    assert_eq!(hazard_factor(0.0, 1.2, 1.0), 1.0);
    assert_eq!(hazard_factor(0.9, 1.2, 0.0), 1.0);
}

#[test]
fn the_hazard_rises_in_proportion_to_the_load() {
    let rise = |load| hazard_factor(load, 1.2, 1.0) - 1.0;
    assert!((rise(0.8) - 2.0 * rise(0.4)).abs() < 1e-12, "rounding alone may differ");
}

/// No tag without inflammation; below the typical state tags only fade; the rate follows the effect.
#[test]
fn complement_tags_as_inflammation_asks() {
    let at_one =
        Complement { tagging_per_h: 0.001, engulfment_per_h: 0.02, clearing_per_h: 0.01, ..Complement::default() };
    assert!(complement(0.0, &at_one).is_neutral());
    let below = complement(-0.2, &at_one);
    assert_eq!((below.tagging_per_h, below.clearing_per_h), (0.0, 0.01));
    assert!((complement(1.5, &at_one).tagging_per_h - 0.0015).abs() < 1e-9, "single precision");
}

/// A subject whose tissue has always been inflamed tags nothing at rest: its spines have grown up with it. What comes on top of
/// that tags, as much as it would in a typical subject.
#[test]
fn only_inflammation_above_the_subjects_own_rest_tags() {
    let cascade = Cascade::standard();
    let off = cascade.phases().into_iter().filter(|phase| *phase != Pruning::phase()).collect();
    let model = Model { disabled: Disabled(off), ..Model::default() };
    let subject = Subject { baseline_inflammation: 0.5, ..Subject::default() };
    let mut app = cascade.assemble(&model, &Protocol::default(), &subject, Time::ZERO, 1).unwrap();
    let plan = NetworkPlan {
        neurons: 20,
        synapses_per_neuron: 10,
        populations: default_populations(),
        kernel: KernelShape::default(),
    };
    network::build_unwired(app.world_mut(), &plan, &Overrides::default(), Seed(5)).unwrap();
    app.insert_resource(RestingInflammation(0.5));
    let mut tagging_at = |effect: f64, hours: f64| {
        app.insert_resource(InflammatoryEffect(effect));
        clock::advance(app.world_mut(), Time::from_hours(hours)).unwrap();
        let world = app.world_mut();
        let mut neurons = world.query::<(&Neuron, &Complement)>();
        let own = neurons.iter(world).find(|(neuron, _)| neuron.class.is_excitatory()).unwrap();
        own.1.tagging_per_h
    };
    assert_eq!(tagging_at(0.5, 1.0), 0.0);
    assert_eq!(tagging_at(0.2, 2.0), 0.0, "a drug that resolves inflammation takes no tag away that is not there");
    let expected = (0.7 * PruningParameters::default().tagging_per_d / 24.0) as f32;
    assert!((tagging_at(1.2, 3.0) / expected - 1.0).abs() < 1e-6, "single precision");
}

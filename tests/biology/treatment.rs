//! What treatment does, to whom, and through which link.

use resprout::anatomy::subject::Subject;
use resprout::schedule::Phase;

use crate::Course;

/// High baseline inflammation makes a subject resist the single dose that helps a typical one; repeated doses lower
/// cytokines, and the effect comes with the third or fourth. No line of the model says so.
#[test]
fn an_inflamed_subject_resists_one_dose_and_answers_the_fourth() {
    let inflamed = Subject { baseline_inflammation: 1.0, ..Subject::default() };
    let infusions: Vec<f64> = (0..6).map(|n| 21.0 + f64::from(n) * 7.0 / 3.0).collect();
    let days = [22.0, 24.0, 29.0];
    let gain = |subject: &Subject, doses: &[f64]| -> Vec<f64> {
        let untreated = Course { subject: subject.clone(), ..Course::of(500, 100) }.stressed();
        let treated = untreated.clone().infused(doses).mean_density(2, &days);
        treated
            .iter()
            .zip(untreated.mean_density(2, &days))
            .map(|(treated, untreated)| treated / untreated - 1.0)
            .collect()
    };
    let typical = gain(&Subject::default(), &infusions[..1]);
    assert!(typical[0] > 0.06, "{typical:?}");
    let resistant = gain(&inflamed, &infusions);
    assert!(resistant[0] < 0.3 * typical[0], "after the first: {resistant:?} against {typical:?}");
    assert!(resistant[2] > 0.15, "after the fourth: {resistant:?}");
}

/// Without inflammation, or with a causal gain of zero, the inflamed subject is a typical one.
#[test]
fn inflammation_switched_off_leaves_no_resistance() {
    let subject = Subject { baseline_inflammation: 1.0, ..Subject::default() };
    let inflamed = || Course { subject: subject.clone(), ..Course::of(300, 80) }.stressed();
    let typical = Course::of(300, 80).stressed().without(Phase::Inflammation).density(&[21.0]);
    assert_eq!(inflamed().without(Phase::Inflammation).density(&[21.0]), typical);
    assert_eq!(inflamed().with("inflammation.causal_gain", 0.0).density(&[21.0]), typical);
    assert!(inflamed().density(&[21.0])[0] < typical[0] - 0.1);
}

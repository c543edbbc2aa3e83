//! `resprout validate --each-alone`: which change of the model mended which row of the board, and which broke which.

use std::fmt::Write as _;

use super::measured::number;
use crate::validation::EvidenceKind;
use crate::validation::changes::{ChangeEffect, EachAlone, TakenBack};

/// The table, as Markdown: what each change mended and broke, with the value without it and the value with it.
pub(super) fn markdown(found: &EachAlone) -> String {
    let mut text = String::from(
        "| change | taken back by | mended: without → with | broke: without → with | rows |\n| --- | --- | --- | --- | --- |\n",
    );
    for taken_back in &found.changes {
        let change = &taken_back.change;
        let _ = writeln!(
            text,
            "| **{}**: {} | {} | {} | {} | {} |",
            change.id.replace('_', " "),
            change.what,
            change.taken_back_by(),
            flips(taken_back, ChangeEffect::Mended),
            flips(taken_back, ChangeEffect::Broke),
            balance(taken_back),
        );
    }
    text
}

fn flips(taken_back: &TakenBack, effect: ChangeEffect) -> String {
    let own = taken_back.rows.iter().filter(|row| row.effect() == effect);
    let told = own.map(|row| {
        let [with, without] = [&row.with, &row.without].map(|row| number(row.value));
        format!("{} {without} → {with}", row.with.id)
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "–".to_owned() } else { told.join("; ") }
}

/// Rows won and lost by kind of evidence: `calibration +2, prediction −1`.
fn balance(taken_back: &TakenBack) -> String {
    let count = |kind: EvidenceKind, effect: ChangeEffect| {
        taken_back.rows.iter().filter(|row| row.with.kind == kind && row.effect() == effect).count()
    };
    let of_kind = |kind: EvidenceKind| match (count(kind, ChangeEffect::Mended), count(kind, ChangeEffect::Broke)) {
        (0, 0) => None,
        (mended, 0) => Some(format!("{} +{mended}", kind.name())),
        (0, broke) => Some(format!("{} −{broke}", kind.name())),
        (mended, broke) => Some(format!("{} +{mended} −{broke}", kind.name())),
    };
    let told: Vec<String> = EvidenceKind::ALL.into_iter().filter_map(of_kind).collect();
    if told.is_empty() { "none".to_owned() } else { told.join(", ") }
}

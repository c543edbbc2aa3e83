//! F03: spine density in every arm, with published values.

use crate::figures::canvas::Rect;
use crate::figures::data::{Run, Trace, band};
use crate::figures::legend::{Key, Marker, legend, legend_height};
use crate::figures::panel::{Axis, Panel};
use crate::figures::protocol::{arm_keys, days_axis, protocol, protocol_keys};
use crate::figures::published::{Kind, Moment, Published, spine_density};
use crate::figures::scale::Scale;
use crate::figures::source::Mark;
use crate::figures::style::{ONE_COLUMN_MM, Style};
use crate::figures::{Figure, Need, Sheet};
use crate::foundation::error::Result;
use crate::foundation::time::Time;

pub(super) const FIGURE: Figure =
    Figure { id: "F03", title: "Spine density", needs: &[Need::Column("spines_per_pyramidal")], draw };

fn draw(run: &Run, style: Style) -> Result<Sheet> {
    let arms: Vec<Vec<Mark>> = run
        .arms()
        .iter()
        .map(|arm| run.traces(arm, "spines_per_pyramidal").into_iter().map(Trace::percent_of_baseline).collect())
        .map(|traces: Vec<Trace>| band(&traces, Time::days))
        .collect();
    let published = placed(run, &arms);
    let heights = arms.iter().flatten().flat_map(|mark| [mark.y, mark.low, mark.high]);
    let values = published.iter().flat_map(|(_, mark)| [mark.y, mark.low, mark.high]);
    let scale = Scale::around(heights.chain(values), Some(100.0));
    let sources: Vec<String> = published.iter().map(|(it, _)| format!("{} ({})", it.source, it.remark)).collect();
    let overlay = if sources.is_empty() {
        String::new()
    } else {
        format!(
            " Open markers: published values; the model was fitted to the bands that they belong to: {}. A share of lost spines regained is drawn \
             from this run's own density at the end of stress.",
            sources.join("; ")
        )
    };
    let caption = format!(
        "Spines per pyramidal cell, in percent of the same network's mean over the last day of burn-in. {}{overlay}",
        run.band_words()
    );
    let mut entries = protocol_keys(run.featured());
    entries.extend(arm_keys(&run.arms().iter().collect::<Vec<_>>(), &style));
    let marker =
        |(index, (it, _)): (usize, &(Published, Mark))| (it.name.clone(), Key::Published(style.ink, Marker::of(index)));
    entries.extend(published.iter().enumerate().map(marker));
    let width = ONE_COLUMN_MM - 17.0;
    let top = 3.5 + legend_height(width, &entries);
    let height = top + 58.0;
    Sheet::paint(FIGURE.title, (ONE_COLUMN_MM, height), style, caption, |canvas, source| {
        legend(canvas, (14.5, 3.5), width, &entries);
        let frame = Rect { left: 14.5, top, right: ONE_COLUMN_MM - 3.0, bottom: height - 9.5 };
        let (days, ticks) = days_axis(run);
        let x = Axis::new(days, "Time since the end of burn-in (d)").with_ticks(ticks);
        let panel = Panel::new(canvas, source, "", frame, x, Axis::new(scale, "Spine density (% of baseline)"));
        protocol(&panel, run.featured(), Time::days);
        for (arm, marks) in run.arms().iter().zip(&arms) {
            panel.series(&arm.label(), marks, arm.pen(&style));
        }
        for (index, (it, mark)) in published.iter().enumerate() {
            panel.published(&it.name, *mark, Marker::of(index));
        }
        panel.axes();
    })
}

/// Published values whose moment the protocol has, in percent of baseline.
fn placed(run: &Run, arms: &[Vec<Mark>]) -> Vec<(Published, Mark)> {
    // The published stress lasted three weeks; values are not laid over a protocol of another length.
    let episode = run.featured().stress.last().filter(|it| ((it.end - it.start).days() - 21.0).abs() <= 7.0);
    let Some(episode) = episode else { return Vec::new() };
    let featured = run.arms().iter().position(|arm| arm == run.featured()).unwrap_or(0);
    let stressed = arms[featured].iter().rfind(|mark| mark.x <= episode.end.days()).map_or(f64::NAN, |mark| mark.y);
    let mut found = Vec::new();
    for it in spine_density() {
        let moment = match it.moment {
            Moment::EndOfStress => Some(episode.end),
            Moment::FirstDose => run.first_dose().map(|dose| dose.start),
        };
        let percent = |value: f64| match it.kind {
            Kind::PercentOfLostRegained => stressed + value / 100.0 * (100.0 - stressed),
            Kind::PercentOfBaseline | Kind::Absolute => value,
        };
        if let Some(moment) = moment {
            let mark = Mark {
                x: (moment + it.after).days(),
                y: percent(it.value),
                low: percent(it.low),
                high: percent(it.high),
                n: 0,
            };
            if mark.y.is_finite() {
                found.push((it, mark));
            }
        }
    }
    found
}

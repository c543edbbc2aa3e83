//! What of a line or an area lies within a frame, and what of a line a printer can show.

use crate::figures::canvas::{Point, Rect};

/// Drops the points of a line that no printer could show: within a column of 0.05 mm only the first,
/// the lowest, the highest and the last are kept.
pub(super) fn thin(points: &[Point]) -> Vec<Point> {
    const COLUMN_MM: f64 = 0.05;
    let mut kept: Vec<Point> = Vec::new();
    let mut start = 0;
    while start < points.len() {
        let column = (points[start].0 / COLUMN_MM).floor();
        let length = points[start..].iter().take_while(|point| (point.0 / COLUMN_MM).floor() == column).count();
        let group = &points[start..start + length.max(1)];
        let by_height = |a: &&Point, b: &&Point| a.1.total_cmp(&b.1);
        let mut indices = vec![0, group.len() - 1];
        for extreme in [group.iter().min_by(by_height), group.iter().max_by(by_height)].into_iter().flatten() {
            indices.extend(group.iter().position(|point| point == extreme));
        }
        indices.sort_unstable();
        indices.dedup();
        kept.extend(indices.into_iter().map(|index| group[index]));
        start += length.max(1);
    }
    kept
}

/// The pieces of a line that lie within `frame` (Liang and Barsky's parametric clipping).
pub(super) fn clip_line(points: &[Point], frame: Rect) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        // What is not a number is a gap; it compares with no edge and would be let through.
        if ![x0, y0, x1, y1].into_iter().all(f64::is_finite) {
            continue;
        }
        let (dx, dy) = (x1 - x0, y1 - y0);
        let sides = [(-dx, x0 - frame.left), (dx, frame.right - x0), (-dy, y0 - frame.top), (dy, frame.bottom - y0)];
        let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
        for (run, room) in sides {
            if run == 0.0 {
                if room < 0.0 {
                    leaves = -1.0;
                }
            } else if run < 0.0 {
                enters = enters.max(room / run);
            } else {
                leaves = leaves.min(room / run);
            }
        }
        if enters <= leaves {
            let from = (x0 + enters * dx, y0 + enters * dy);
            let to = (x0 + leaves * dx, y0 + leaves * dy);
            match pieces.last_mut() {
                Some(piece) if enters == 0.0 && piece.last() == Some(&from) => piece.push(to),
                _ => pieces.push(vec![from, to]),
            }
        }
    }
    pieces
}

/// The part of a polygon that lies within `frame` (Sutherland and Hodgman).
pub(super) fn clip_polygon(mut outline: Vec<Point>, frame: Rect) -> Vec<Point> {
    type Side = (fn(Point) -> f64, f64, f64);
    let sides: [Side; 4] = [
        (|p| p.0, 1.0, frame.left),
        (|p| p.0, -1.0, frame.right),
        (|p| p.1, 1.0, frame.top),
        (|p| p.1, -1.0, frame.bottom),
    ];
    for (coordinate, sign, edge) in sides {
        let depth = |point: Point| sign * (coordinate(point) - edge);
        let mut kept = Vec::with_capacity(outline.len());
        for (index, &to) in outline.iter().enumerate() {
            let from = outline[(index + outline.len() - 1) % outline.len()];
            let (d0, d1) = (depth(from), depth(to));
            if (d0 < 0.0) != (d1 < 0.0) {
                let share = d0 / (d0 - d1);
                kept.push((from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1)));
            }
            if d1 >= 0.0 {
                kept.push(to);
            }
        }
        outline = kept;
    }
    outline
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FRAME: Rect = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    proptest! {
        #[test]
        fn nothing_is_drawn_outside_the_frame(points in prop::collection::vec((-20.0..30.0, -20.0..30.0), 3..20)) {
            let inside = |&(x, y): &Point| (-1e-9..=10.0 + 1e-9).contains(&x) && (-1e-9..=10.0 + 1e-9).contains(&y);
            prop_assert!(clip_line(&points, FRAME).iter().flatten().all(inside));
            prop_assert!(clip_polygon(points, FRAME).iter().all(inside));
        }
    }

    #[test]
    fn a_value_that_is_not_a_number_is_a_gap() {
        let line = [(1.0, 1.0), (2.0, 2.0), (3.0, f64::NAN), (4.0, 4.0), (5.0, 5.0)];
        assert_eq!(clip_line(&line, FRAME), [vec![(1.0, 1.0), (2.0, 2.0)], vec![(4.0, 4.0), (5.0, 5.0)]]);
    }

    #[test]
    fn a_line_within_the_frame_stays_whole_and_a_crossing_line_is_cut_at_the_edge() {
        let whole = [(1.0, 1.0), (5.0, 9.0), (9.0, 1.0)];
        assert_eq!(clip_line(&whole, FRAME), [whole.to_vec()]);
        assert_eq!(
            clip_line(&[(-5.0, 5.0), (5.0, 5.0), (5.0, 15.0)], FRAME),
            [vec![(0.0, 5.0), (5.0, 5.0), (5.0, 10.0)]]
        );
    }

    #[test]
    fn thinning_keeps_peaks_that_fall_between_two_columns() {
        let mut points: Vec<Point> = (0..10_000).map(|i| (f64::from(i) * 1e-4, 1.0)).collect();
        points[4_321].1 = 7.0;
        let kept = thin(&points);
        assert!(kept.len() < 100 && kept.contains(&points[4_321]));
    }
}

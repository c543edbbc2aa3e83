//! Every route of ketamine against an independent solver (diffsol) of the equations written out by hand.

use diffsol::{NalgebraLU, NalgebraMat, OdeBuilder, OdeSolverMethod};

use super::*;
use crate::mechanisms::dosing::parameters::{Elimination, Pathway};

/// States: depot 1, depot 2, K, P1, P2, T1, T2, N, NP, H, HP, brain (µM). Amounts in µmol, hours.
const STATES: usize = 12;

/// Constants of the equations below, read off the drug file.
struct Constants {
    values: Vec<f64>,
}

fn constants(drug: &Drug, pathways: &[Pathway]) -> Constants {
    let [k, n, h] = [0, 1, 2].map(|moiety| &drug.moieties[moiety]);
    let clearance = |moiety: &crate::mechanisms::dosing::parameters::Moiety| match moiety.disposition.elimination {
        Elimination::Central { clearance_l_per_h } => clearance_l_per_h,
        Elimination::Liver { .. } => f64::NAN,
    };
    let formation = [n, h].map(|metabolite| metabolite.formation.clone().expect("a metabolite"));
    let mut values = vec![k.disposition.central_volume_l, clearance(k)];
    for moiety in [k, n, h] {
        values.extend(moiety.disposition.peripheral.iter().flat_map(|p| [p.volume_l, p.flow_l_per_h]));
    }
    // 2..6 K's peripherals, 6..8 N's, 8..10 H's
    values.extend([n.disposition.central_volume_l, clearance(n), h.disposition.central_volume_l, clearance(h)]);
    values.extend([
        formation[0].fraction,
        2.0 / formation[0].transit_time_h,
        formation[1].fraction,
        k.brain_entry_per_h,
    ]);
    for index in 0..2 {
        let pathway = pathways.get(index);
        values.push(pathway.and_then(|p| p.absorption_per_h).unwrap_or(0.0));
        values.push(pathway.map_or(0.0, |p| p.bioavailability));
        values.push(pathway.and_then(|p| p.first_pass.first()).map_or(0.0, |made| made.fraction));
    }
    Constants { values }
}

/// dx/dt, written out; `u` is the zero-order input into depot 1, depot 2 and K.
fn rates(c: &[f64], u: [f64; 3], x: &[f64]) -> [f64; STATES] {
    let [v, cl, v2, q2, v3, q3, vnp, qn, vhp, qh, vn, cln, vh, clh] = std::array::from_fn(|i| c[i]);
    let [fn_, kt, fh, ke0, ka1, f1, m1, ka2, f2, m2] = std::array::from_fn(|i| c[14 + i]);
    let [d1, d2, k, p1, p2, t1, t2, n, np, h, hp, brain] = std::array::from_fn(|i| x[i]);
    let (to_p1, to_p2) = (q2 * (k / v - p1 / v2), q3 * (k / v - p2 / v3));
    let (to_np, to_hp) = (qn * (n / vn - np / vnp), qh * (h / vh - hp / vhp));
    [
        u[0] - ka1 * d1,
        u[1] - ka2 * d2,
        u[2] + ka1 * f1 * d1 + ka2 * f2 * d2 - cl * k / v - to_p1 - to_p2,
        to_p1,
        to_p2,
        cl * fn_ * k / v - kt * t1,
        kt * t1 - kt * t2,
        kt * t2 + ka1 * m1 * d1 + ka2 * m2 * d2 - cln * n / vn - to_np,
        to_np,
        fh * cln * n / vn - clh * h / vh - to_hp,
        to_hp,
        ke0 * (k / v - brain),
    ]
}

/// Solves from `from_h` to `to_h` under constant input.
fn solve(c: &[f64], u: [f64; 3], start: &[f64], from_h: f64, to_h: f64) -> Vec<f64> {
    let start = start.to_vec();
    let (forward, tangent) = (c.to_vec(), c.to_vec());
    let problem = OdeBuilder::<NalgebraMat<f64>>::new()
        .rtol(1e-10)
        .atol([1e-12])
        .t0(from_h)
        .rhs_implicit(
            move |x, _p, _t, y| {
                let x: Vec<f64> = (0..STATES).map(|i| x[i]).collect();
                rates(&forward, u, &x).into_iter().enumerate().for_each(|(i, rate)| y[i] = rate);
            },
            move |_x, _p, _t, v, y| {
                let v: Vec<f64> = (0..STATES).map(|i| v[i]).collect();
                rates(&tangent, [0.0; 3], &v).into_iter().enumerate().for_each(|(i, rate)| y[i] = rate);
            },
        )
        .init(move |_p, _t, x| start.iter().enumerate().for_each(|(i, &amount)| x[i] = amount), STATES)
        .build()
        .expect("a well-posed problem");
    let mut solver = problem.bdf::<NalgebraLU<f64>>().expect("a solver");
    let (states, _) = solver.solve_dense(&[to_h]).expect("a solution");
    (0..STATES).map(|i| states[(i, 0)]).collect()
}

#[test]
fn every_route_agrees_with_an_independent_solver() {
    for (drug, dose) in routes_of("ketamine") {
        let kinetics = drug.routes.iter().find(|kinetics| kinetics.route == dose.route).expect("its route").clone();
        let c = constants(&drug, &kinetics.pathways).values;
        let whole = 35.0 / 237.73 * 1_000.0;
        let mut amounts = vec![0.0; STATES];
        // windows of zero-order input: slot, rate, end
        let mut windows: Vec<(usize, f64, f64)> = Vec::new();
        for (index, pathway) in kinetics.pathways.iter().enumerate() {
            let slot = if pathway.absorption_per_h.is_some() { index } else { 2 };
            let length = if dose.duration > Time::ZERO { dose.duration.hours() } else { pathway.release_h };
            if length > 0.0 {
                windows.push((slot, whole * pathway.fraction / length, length));
            } else {
                amounts[slot] += whole * pathway.fraction;
            }
        }
        let mut trial = Trial::of(&drug, std::slice::from_ref(&dose));
        let mut cuts: Vec<f64> = windows.iter().map(|window| window.2).chain([0.4, 1.5, 6.0, 24.0]).collect();
        cuts.sort_by(f64::total_cmp);
        let mut from = 0.0;
        for to in cuts {
            let mut u = [0.0; 3];
            windows.iter().filter(|window| window.2 > from).for_each(|&(slot, rate, _)| u[slot] += rate);
            amounts = solve(&c, u, &amounts, from, to);
            from = to;
            trial.until(to);
            let sites = &trial.body.sites;
            for (state, site) in
                [(2, sites[0].central), (7, sites[1].central), (9, sites[2].central), (11, sites[0].brain)]
            {
                let (solved, exact) = (amounts[state], trial.holdings.states[site]);
                // the solver's own tolerance, accumulated over a day
                assert!((solved - exact).abs() < 1e-6 * exact + 1e-7, "{} {to} h: {solved} {exact}", dose.route);
            }
        }
    }
}

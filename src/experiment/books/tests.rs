//! Workers, a disk and the books in any order of events, killed anywhere: what is on disk always suffices to go on.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;

use super::*;
use crate::experiment::identity::NetworkId;

/// A branch, and those that follow it.
#[derive(Clone, Debug)]
struct Tree(Vec<Tree>);

fn trees() -> impl Strategy<Value = Vec<Tree>> {
    let leaf = Just(Tree(Vec::new()));
    let tree = leaf.prop_recursive(4, 24, 3, |inner| prop::collection::vec(inner, 0..4).prop_map(Tree));
    prop::collection::vec(tree, 1..4)
}

/// What outlives the program.
#[derive(Clone, Debug, Default)]
struct Disk {
    branches: BTreeMap<BranchId, OnDisk>,
    /// Branches at the horizon whose series are in a checkpoint.
    series: BTreeSet<BranchId>,
}

impl Disk {
    fn holds_series_of(&self, id: &BranchId, tree: &Tree) -> bool {
        if tree.0.is_empty() {
            return self.series.contains(id);
        }
        tree.0.iter().enumerate().all(|(index, tree)| self.holds_series_of(&id.then(index), tree))
    }

    /// Whether `id` and all that follows it can be taken to the horizon, if what it follows has a network or not.
    fn suffices(&self, id: &BranchId, tree: &Tree, can_follow: bool) -> Result<(), String> {
        if self.holds_series_of(id, tree) {
            return Ok(());
        }
        let can_be_followed = match self.branches.get(id) {
            None if !can_follow => return Err(format!("{} is missing: {self:?}", id.file_name())),
            None | Some(OnDisk::UnderWay | OnDisk::Network) => true,
            Some(OnDisk::Rows) => false,
        };
        tree.0.iter().enumerate().try_for_each(|(index, tree)| self.suffices(&id.then(index), tree, can_be_followed))
    }
}

/// What a worker has told, and the dispatcher has not heard yet.
#[derive(Clone, Debug)]
enum Told {
    HandedBack(BranchId),
    Saved(BranchId),
    Ended(BranchId, bool),
    Finished(BranchId),
}

/// A branch that a worker is at.
#[derive(Clone, Debug)]
struct AtWork<'a> {
    id: BranchId,
    tree: &'a Tree,
    /// Whether it begins with a network that it must hand back.
    borrows: bool,
    /// Whether an earlier process took it to its end, so that no network comes into memory.
    was_ended: bool,
}

/// A process: workers, and a dispatcher that keeps books. The network of a branch is told by its name.
struct Process<'a> {
    books: Books<(), BranchId>,
    waiting: VecDeque<(BranchId, &'a Tree)>,
    at_work: Vec<AtWork<'a>>,
    told: VecDeque<Told>,
    unsaved: BTreeSet<BranchId>,
    trees: BTreeMap<BranchId, &'a Tree>,
}

fn root(index: usize) -> BranchId {
    BranchId::root(NetworkId { replicate: 0, subject: 0 }, index)
}

impl<'a> Process<'a> {
    fn begin(roots: &'a [Tree]) -> Self {
        let waiting: VecDeque<_> = roots.iter().enumerate().map(|(index, tree)| (root(index), tree)).collect();
        let mut trees = BTreeMap::new();
        let mut next: Vec<_> = waiting.iter().cloned().collect();
        while let Some((id, tree)) = next.pop() {
            next.extend(tree.0.iter().enumerate().map(|(index, tree)| (id.then(index), tree)));
            trees.insert(id, tree);
        }
        let (at_work, told, unsaved) = (Vec::new(), VecDeque::new(), BTreeSet::new());
        Self { books: Books::new(), waiting, at_work, told, unsaved, trees }
    }

    /// Does what the books say, and checks after each deed: the program may be killed there.
    fn perform(&mut self, deeds: Vec<Deed>, disk: &mut Disk, check: &dyn Fn(&Disk)) {
        for deed in deeds {
            match deed {
                Deed::SaveSeries => disk.series.append(&mut self.unsaved),
                Deed::SaveNetwork(id) => {
                    let ((), network) = self.books.record_and_network(&id).unwrap();
                    assert_eq!(network, Some(&mut id.clone()), "what is to be saved is here");
                    disk.branches.insert(id, OnDisk::Network);
                }
                Deed::SaveRows(id) => {
                    self.books.record(&id).unwrap();
                    disk.branches.insert(id, OnDisk::Rows);
                }
                Deed::Delete(id) => drop(disk.branches.remove(&id)),
            }
            check(disk);
        }
    }

    /// Hands out branch number `pick` of those that can begin; whether there was one.
    fn hand_out(&mut self, pick: usize, disk: &mut Disk, check: &dyn Fn(&Disk)) -> bool {
        let can_begin: Vec<usize> =
            (0..self.waiting.len()).filter(|&at| !self.books.follows_a_lent_one(&self.waiting[at].0)).collect();
        let Some(&at) = can_begin.get(pick % can_begin.len().max(1)) else { return false };
        let (id, tree) = self.waiting.remove(at).unwrap();
        if disk.holds_series_of(&id, tree) {
            self.books.was_finished(&id);
            return true;
        }
        let found = disk.branches.get(&id).copied();
        let deeds = self.books.begins(&id, found);
        self.perform(deeds, disk, check);
        let mut borrows = false;
        if let (None, Some(parent)) = (found, id.parent()) {
            let inheritance = self.books.hand_out(&parent).unwrap();
            borrows = inheritance.is_lent;
            match inheritance.network {
                Some(network) => assert_eq!(network, parent),
                None => assert_eq!(disk.branches[&parent], OnDisk::Network, "it can be read"),
            }
        }
        let was_ended = matches!(found, Some(OnDisk::Network | OnDisk::Rows));
        self.at_work.push(AtWork { id, tree, borrows, was_ended });
        true
    }

    /// Something happens to worker number `pick`; whether there was one.
    fn work(&mut self, pick: usize, saves: bool, disk: &mut Disk, check: &dyn Fn(&Disk)) -> bool {
        if self.at_work.is_empty() {
            return false;
        }
        let at = pick % self.at_work.len();
        let AtWork { id, tree, borrows, was_ended } = self.at_work[at].clone();
        if borrows {
            self.at_work[at].borrows = false;
            self.told.push_back(Told::HandedBack(id.parent().unwrap()));
        } else if saves && !was_ended {
            disk.branches.insert(id.clone(), OnDisk::UnderWay);
            check(disk);
            self.told.push_back(Told::Saved(id));
        } else {
            self.at_work.remove(at);
            self.told.push_back(if tree.0.is_empty() { Told::Finished(id) } else { Told::Ended(id, !was_ended) });
        }
        true
    }

    /// The dispatcher hears what was told first; whether there was anything.
    fn hear(&mut self, disk: &mut Disk, check: &dyn Fn(&Disk)) -> bool {
        let Some(told) = self.told.pop_front() else { return false };
        let deeds = match told {
            Told::HandedBack(id) => self.books.comes_back(&id, id.clone()),
            Told::Saved(id) => self.books.was_saved(&id),
            Told::Ended(id, holds_network) => {
                let followers = &self.trees[&id].0;
                self.books.ends(&id, followers.len(), (), holds_network.then(|| id.clone()));
                self.waiting.extend(followers.iter().enumerate().map(|(index, tree)| (id.then(index), tree)));
                Vec::new()
            }
            Told::Finished(id) => {
                self.unsaved.insert(id.clone());
                self.books.finishes(&id);
                Vec::new()
            }
        };
        self.perform(deeds, disk, check);
        true
    }

    /// Memory is bounded: a network is kept for as long as somebody has yet to begin with it, and no longer.
    fn keeps_no_network_for_nobody(&self) {
        for (id, account) in &self.books.accounts {
            let Some(end) = &account.end else { continue };
            let waiting = self.waiting.iter().filter(|(waiting, _)| waiting.parent().as_ref() == Some(id)).count();
            assert_eq!(end.to_begin, waiting);
            assert!(waiting > 0 || !matches!(end.network, Custody::Held(_)), "{}", id.file_name());
        }
    }

    /// Once all is saved, nothing that is in memory and that others wait to follow is missing on disk.
    fn save_all(&mut self, disk: &mut Disk, check: &dyn Fn(&Disk)) {
        let deeds = self.books.save_all();
        self.perform(deeds, disk, check);
        assert!(self.unsaved.is_empty());
        for (id, account) in &self.books.accounts {
            if let Some(End { network: Custody::Held(_), insecure: 1.., .. }) = account.end {
                assert_eq!(disk.branches[id], OnDisk::Network);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn whatever_the_order_of_events_and_wherever_it_is_killed_all_goes_on_and_nothing_is_left(
        roots in trees(),
        events in prop::collection::vec((0..40_u8, 0..100_usize), 0..150),
    ) {
        let check = |disk: &Disk| {
            for (index, tree) in roots.iter().enumerate() {
                disk.suffices(&root(index), tree, true).unwrap();
            }
        };
        let mut disk = Disk::default();
        let mut process = Process::begin(&roots);
        for (event, pick) in events {
            match event {
                0..10 => drop(process.hand_out(pick, &mut disk, &check)),
                10..24 => drop(process.work(pick, event < 14, &mut disk, &check)),
                24..36 => drop(process.hear(&mut disk, &check)),
                36..39 => process.save_all(&mut disk, &check),
                _ => process = Process::begin(&roots),
            }
            process.keeps_no_network_for_nobody();
        }
        let mut go_on = true;
        while go_on {
            go_on = process.hear(&mut disk, &check)
                || process.work(0, false, &mut disk, &check)
                || process.hand_out(0, &mut disk, &check);
        }
        prop_assert!(process.waiting.is_empty(), "the end is reached");
        prop_assert!(process.books.accounts.is_empty(), "nothing is kept in memory");
        process.save_all(&mut disk, &check);
        for (index, tree) in roots.iter().enumerate() {
            prop_assert!(disk.holds_series_of(&root(index), tree));
        }
    }

    /// Where nothing was killed, every file has been deleted in the end.
    #[test]
    fn a_process_that_nobody_kills_leaves_no_branch_on_disk(
        roots in trees(),
        events in prop::collection::vec((0..39_u8, 0..100_usize), 0..150),
    ) {
        let mut disk = Disk::default();
        let mut process = Process::begin(&roots);
        for (event, pick) in events {
            match event {
                0..10 => drop(process.hand_out(pick, &mut disk, &|_| {})),
                10..24 => drop(process.work(pick, event < 16, &mut disk, &|_| {})),
                24..36 => drop(process.hear(&mut disk, &|_| {})),
                _ => process.save_all(&mut disk, &|_| {}),
            }
        }
        while process.hear(&mut disk, &|_| {})
            || process.work(0, false, &mut disk, &|_| {})
            || process.hand_out(0, &mut disk, &|_| {})
        {}
        process.save_all(&mut disk, &|_| {});
        prop_assert!(disk.branches.is_empty(), "{:?}", disk.branches);
    }
}

fn saved(trees: &Tree) -> (Process<'_>, Disk) {
    let mut process = Process::begin(std::slice::from_ref(trees));
    let mut disk = Disk::default();
    process.hand_out(0, &mut disk, &|_| {});
    process.work(0, false, &mut disk, &|_| {});
    process.hear(&mut disk, &|_| {});
    (process, disk)
}

/// A history whose network is with the worker of the first that follows when all is to be saved.
#[test]
fn a_network_that_is_lent_when_all_is_saved_is_saved_when_it_comes_back() {
    let leaf = Tree(Vec::new());
    let history = Tree(vec![leaf.clone(), leaf.clone(), leaf]);
    let (mut process, mut disk) = saved(&history);
    assert!(process.hand_out(0, &mut disk, &|_| {}));
    assert!(!process.hand_out(0, &mut disk, &|_| {}), "the others wait until it comes back");
    process.save_all(&mut disk, &|_| {});
    assert!(disk.branches.is_empty());
    process.work(0, false, &mut disk, &|_| {});
    process.hear(&mut disk, &|_| {});
    assert_eq!(disk.branches[&root(0)], OnDisk::Network);
}

/// Children before parents: rows alone are left of a history only when all that follow it are on disk.
#[test]
fn a_network_stays_on_disk_until_all_that_follow_are_there_themselves() {
    let history = Tree(vec![Tree(Vec::new()), Tree(Vec::new())]);
    let (mut process, mut disk) = saved(&history);
    process.save_all(&mut disk, &|_| {});
    process.hand_out(0, &mut disk, &|_| {});
    process.work(0, false, &mut disk, &|_| {});
    process.hear(&mut disk, &|_| {});
    process.hand_out(0, &mut disk, &|_| {});
    for (worker, expected) in [OnDisk::Network, OnDisk::Rows].into_iter().enumerate() {
        assert_eq!(disk.branches[&root(0)], OnDisk::Network);
        process.work(worker, true, &mut disk, &|_| {});
        assert_eq!(disk.branches[&root(0)], OnDisk::Network, "the child is saved, and its parent not heard of it");
        process.hear(&mut disk, &|_| {});
        assert_eq!(disk.branches[&root(0)], expected);
    }
}

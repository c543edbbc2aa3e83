//! What of a run is safe on disk, what still has to go there, and what may be deleted: the books, without the disk.
//!
//! A branch under way is saved by whoever simulates it. A branch that has ended is kept on disk for as long as it
//! is needed: its network until all that follow it are on disk themselves, its rows until all that follow it are
//! finished. What the books say is to be done on disk is done in that order, children before parents, so that
//! whatever instant the program is killed at, the files tell a state from which all goes on.

use std::collections::BTreeMap;

use super::identity::BranchId;

/// What of a branch is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnDisk {
    /// How it stood before it ended: rows and network.
    UnderWay,
    /// How it ended: rows and network.
    Network,
    /// How it ended: rows alone.
    Rows,
}

/// Something that is to be done on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Write the series that are finished and not on disk yet.
    SaveSeries,
    /// Write rows and network of a branch that has ended.
    SaveNetwork(BranchId),
    /// Write the rows of a branch that has ended, and its network no more.
    SaveRows(BranchId),
    /// Delete what was written of a branch.
    Delete(BranchId),
}

/// Books over branches that have begun and are not finished, they and all that follow them.
///
/// `R` is what is known of a branch that has ended; `N` is its network, as it stands in memory.
pub(super) struct Books<R, N> {
    accounts: BTreeMap<BranchId, Account<R, N>>,
    /// Branches whose files nobody needs once the finished series are on disk.
    spent: Vec<BranchId>,
    /// Branches of which one more follower will be secure then, once for each.
    securing: Vec<BranchId>,
}

struct Account<R, N> {
    on_disk: Option<OnDisk>,
    /// Whether the branch that it follows counts it as secure: it is on disk, or its series are.
    is_secure: bool,
    end: Option<End<R, N>>,
}

/// The end of a branch that others follow.
struct End<R, N> {
    record: R,
    network: Custody<N>,
    /// Followers that have not begun.
    to_begin: usize,
    /// Followers that are not secure.
    insecure: usize,
    /// Followers that are not finished, they and all that follow them.
    unfinished: usize,
}

/// Where the network is with which a branch ended.
enum Custody<N> {
    Held(N),
    /// With the worker that begins a follower; `owed` if it is to be saved when it comes back.
    Lent {
        owed: bool,
    },
    /// On disk alone, or taken over by the last that follows.
    Gone,
}

/// The network that a follower begins with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Inheritance<N> {
    /// None if it is on disk alone.
    pub(super) network: Option<N>,
    /// Whether it must be handed back, because others follow.
    pub(super) is_lent: bool,
}

impl<R, N> Books<R, N> {
    pub(super) fn new() -> Self {
        Self { accounts: BTreeMap::new(), spent: Vec::new(), securing: Vec::new() }
    }

    /// A branch begins; `on_disk` is what an earlier process left of it.
    pub(super) fn begins(&mut self, branch: &BranchId, on_disk: Option<OnDisk>) -> Vec<Deed> {
        self.accounts.insert(branch.clone(), Account { on_disk, is_secure: false, end: None });
        let mut deeds = Vec::new();
        if on_disk.is_some() {
            self.needs_no_network(branch);
            self.secure(branch, &mut deeds);
        }
        deeds
    }

    /// A branch need not begin: an earlier process saved the series of all that it leads to.
    pub(super) fn was_finished(&mut self, branch: &BranchId) {
        self.accounts.insert(branch.clone(), Account { on_disk: None, is_secure: false, end: None });
        self.needs_no_network(branch);
        self.finishes(branch);
    }

    /// One follower less to wait for, and the last lets the network go.
    fn needs_no_network(&mut self, follower: &BranchId) {
        if let Some(end) = follower.parent().and_then(|parent| self.end_of(&parent)) {
            end.to_begin -= 1;
            if end.to_begin == 0 && matches!(end.network, Custody::Held(_)) {
                end.network = Custody::Gone;
            }
        }
    }

    /// Whether the network that `branch` follows is with a worker that will hand it back.
    pub(super) fn follows_a_lent_one(&self, branch: &BranchId) -> bool {
        let parent = branch.parent().and_then(|parent| self.accounts.get(&parent));
        parent.and_then(|account| account.end.as_ref()).is_some_and(|end| matches!(end.network, Custody::Lent { .. }))
    }

    /// Hands out the network with which `branch` ended to one that follows it. None may be out then.
    pub(super) fn hand_out(&mut self, branch: &BranchId) -> Option<Inheritance<N>> {
        let end = self.end_of(branch)?;
        end.to_begin -= 1;
        let is_lent = end.to_begin > 0;
        let left = if is_lent { Custody::Lent { owed: false } } else { Custody::Gone };
        let network = match std::mem::replace(&mut end.network, left) {
            Custody::Held(network) => Some(network),
            Custody::Lent { .. } | Custody::Gone => None,
        };
        Some(Inheritance { network, is_lent })
    }

    /// The network with which `branch` ended comes back.
    pub(super) fn comes_back(&mut self, branch: &BranchId, network: N) -> Vec<Deed> {
        let mut deeds = Vec::new();
        if let Some(end) = self.end_of(branch) {
            let is_owed = matches!(end.network, Custody::Lent { owed: true });
            end.network = if end.to_begin > 0 { Custody::Held(network) } else { Custody::Gone };
            if is_owed {
                self.settle(branch, &mut deeds);
            }
        }
        deeds
    }

    /// A branch that is under way has been saved.
    pub(super) fn was_saved(&mut self, branch: &BranchId) -> Vec<Deed> {
        let mut deeds = Vec::new();
        if let Some(account) = self.accounts.get_mut(branch) {
            account.on_disk = Some(OnDisk::UnderWay);
            self.secure(branch, &mut deeds);
        }
        deeds
    }

    /// A branch has ended, and `followers` others follow it; `network` is none if it is on disk alone.
    pub(super) fn ends(&mut self, branch: &BranchId, followers: usize, record: R, network: Option<N>) {
        if let Some(account) = self.accounts.get_mut(branch) {
            let network = network.map_or(Custody::Gone, Custody::Held);
            let (to_begin, insecure, unfinished) = (followers, followers, followers);
            account.end = Some(End { record, network, to_begin, insecure, unfinished });
        }
    }

    /// The series that `branch` leads to are in memory, or on disk already.
    pub(super) fn finishes(&mut self, branch: &BranchId) {
        let mut next = Some(branch.clone());
        while let Some(branch) = next.take() {
            let Some(account) = self.accounts.remove(&branch) else { break };
            let parent = branch.parent();
            self.spent.push(branch);
            if !account.is_secure {
                self.securing.extend(parent.clone());
            }
            let end = parent.as_ref().and_then(|parent| self.end_of(parent));
            next = end.and_then(|end| {
                end.unfinished -= 1;
                if end.unfinished == 0 { parent } else { None }
            });
        }
    }

    /// Everything that is to be saved now: series, and branches that others wait to follow.
    pub(super) fn save_all(&mut self) -> Vec<Deed> {
        let mut deeds = vec![Deed::SaveSeries];
        deeds.extend(std::mem::take(&mut self.spent).into_iter().map(Deed::Delete));
        for branch in std::mem::take(&mut self.securing) {
            self.follower_is_secure(&branch, &mut deeds);
        }
        // those that follow come behind what they follow, and are saved before it
        let branches: Vec<BranchId> = self.accounts.keys().rev().cloned().collect();
        for branch in branches {
            self.settle(&branch, &mut deeds);
        }
        deeds
    }

    /// What is known of a branch that has ended.
    pub(super) fn record(&self, branch: &BranchId) -> Option<&R> {
        self.accounts.get(branch)?.end.as_ref().map(|end| &end.record)
    }

    /// The same, with its network if that is here.
    pub(super) fn record_and_network(&mut self, branch: &BranchId) -> Option<(&R, Option<&mut N>)> {
        let End { record, network, .. } = self.end_of(branch)?;
        let network = if let Custody::Held(network) = network { Some(network) } else { None };
        Some((record, network))
    }

    fn end_of(&mut self, branch: &BranchId) -> Option<&mut End<R, N>> {
        self.accounts.get_mut(branch)?.end.as_mut()
    }

    /// Counts `branch`, once, as secure for the one that it follows.
    fn secure(&mut self, branch: &BranchId, deeds: &mut Vec<Deed>) {
        let Some(account) = self.accounts.get_mut(branch) else { return };
        if !std::mem::replace(&mut account.is_secure, true)
            && let Some(parent) = branch.parent()
        {
            self.follower_is_secure(&parent, deeds);
        }
    }

    fn follower_is_secure(&mut self, branch: &BranchId, deeds: &mut Vec<Deed>) {
        if let Some(end) = self.end_of(branch) {
            end.insecure -= 1;
            self.settle(branch, deeds);
        }
    }

    /// Brings what is on disk of a branch that has ended up to date.
    fn settle(&mut self, branch: &BranchId, deeds: &mut Vec<Deed>) {
        let Some(Account { on_disk, end: Some(end), .. }) = self.accounts.get_mut(branch) else { return };
        let is_saved = matches!(on_disk, Some(OnDisk::Network | OnDisk::Rows));
        if end.insecure == 0 {
            if *on_disk != Some(OnDisk::Rows) {
                *on_disk = Some(OnDisk::Rows);
                deeds.push(Deed::SaveRows(branch.clone()));
            }
        } else if is_saved {
            return;
        } else {
            match &mut end.network {
                Custody::Held(_) => {
                    *on_disk = Some(OnDisk::Network);
                    deeds.push(Deed::SaveNetwork(branch.clone()));
                }
                Custody::Lent { owed } => {
                    *owed = true;
                    return;
                }
                Custody::Gone => return,
            }
        }
        self.secure(branch, deeds);
    }
}

#[cfg(test)]
mod tests;

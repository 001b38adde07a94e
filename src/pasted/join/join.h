// Joins the texts of a paste by process and snapshot.
#pragma once

#include "pasted/parts/pasted.h"

namespace nmtx {

// Moves the contents of the parts into the views; a second text of a kind begins another snapshot.
void join_parts(Pasted& pasted);

// The cgroup files of the paste, joined by container and snapshot.
std::vector<PastedContainer> containers_of(const Pasted& pasted);
// Do all belong to one container, in one or several snapshots?
bool are_of_one(const std::vector<PastedContainer>& containers);

// What a full reconciliation of the snapshot still needs, with the command that prints it.
std::vector<MissingEvidence> missing_evidence(const PastedMoment& moment, std::optional<std::uint64_t> pid);

}  // namespace nmtx

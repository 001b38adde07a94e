// Puts the texts of a paste together by process and moment.
#pragma once

#include "pasted/parts/pasted.h"

namespace nmtx {

// Takes the contents of the parts into the views; a second text of a kind begins another snapshot.
void join_parts(Pasted& pasted);

// The cgroup files of the paste, those of one container and moment joined.
std::vector<PastedContainer> containers_of(const Pasted& pasted);
// All of them are one container, of one snapshot or of several.
bool are_of_one(const std::vector<PastedContainer>& containers);

// What a full reconciliation of the moment still needs, with the command that gives it.
std::vector<MissingEvidence> missing_evidence(const PastedMoment& moment, std::optional<std::uint64_t> pid);

}  // namespace nmtx

// RSS of the later snapshot as a tree, each node with what it had in the
// earlier one.
#pragma once

#include "change/diff.h"
#include "report/ticket/html/html_icicle.h"

namespace nmtx {

// `before` of a node is absent where the earlier snapshot does not say: its
// owner is not comparable, or the earlier one knows that owner in less detail.
// Ranges of addresses are left out: they do not last.
IcicleNode change_icicle(const Ticket& before, const Ticket& after, const Diff& diff);

}  // namespace nmtx

// Adds the contents of one text to the view and the documents of its snapshot.
#pragma once

#include "pasted/parts/pasted.h"

namespace nmtx {

void take_contents(PastedMoment& moment, PastedPart& part);

}  // namespace nmtx

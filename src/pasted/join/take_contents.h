// What one text gives to the view and the documents of its moment.
#pragma once

#include "pasted/parts/pasted.h"

namespace nmtx {

void take_contents(PastedMoment& moment, PastedPart& part);

}  // namespace nmtx

#include "triggers/condition.h"

namespace nmtx {

std::string_view word_of(ConditionKind kind) {
    switch (kind) {
        case ConditionKind::usage:
            return "usage";
        case ConditionKind::rss:
            return "rss";
        case ConditionKind::growth:
            return "growth";
        case ConditionKind::terminated:
            return "term";
        case ConditionKind::ended:
            return "end";
    }
    return "end";
}

}  // namespace nmtx

#include "evidence/effort.h"

#include <initializer_list>

namespace nmtx {

std::optional<Effort> effort_named(std::string_view name) {
    for (const Effort effort : {Effort::least, Effort::standard, Effort::most}) {
        if (name == name_of(effort)) return effort;
    }
    return std::nullopt;
}

std::string_view name_of(Effort effort) {
    switch (effort) {
        case Effort::least:
            return "least";
        case Effort::standard:
            return "default";
        case Effort::most:
            return "most";
    }
    return "";
}

}  // namespace nmtx

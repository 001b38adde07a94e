#include "platform/system_error.h"

#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <system_error>

namespace nmtx {

std::string errno_text(int error) {
    std::string text = std::generic_category().message(error);
    const bool acronym = text.size() > 1 && std::isupper(static_cast<unsigned char>(text[1])) != 0;
    if (!text.empty() && !acronym) {
        text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    }
    return text;
}

Error process_file_error(std::string path, int error) {
    switch (error) {
        case EACCES:
        case EPERM:
            // A container's root has no CAP_SYS_PTRACE unless it is given.
            if (::geteuid() == 0) {
                return {std::move(path), errno_text(error),
                        "root lacks CAP_SYS_PTRACE here: add it to the container, or run as the JVM's user"};
            }
            return {std::move(path), errno_text(error), "run as the JVM's user or root"};
        case ESRCH:
            return {std::move(path), "the process ended while it was read", "see what runs: nmtx list"};
        default:
            return {std::move(path), errno_text(error), {}};
    }
}

Error file_error(std::string path, int error, std::string hint) {
    return {std::move(path), errno_text(error), std::move(hint)};
}

}  // namespace nmtx

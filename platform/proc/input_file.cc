#include "platform/proc/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "platform/os/descriptor.h"
#include "platform/os/system_error.h"
#include "platform/proc/process_files.h"

namespace nmtx {

Expected<std::string> read_input(const std::string& path, std::size_t limit) {
    if (path == "-") return read_to_end(STDIN_FILENO, "standard input", limit, 0);
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return tl::make_unexpected(file_error(path, errno));
    struct stat info{};
    if (::fstat(file.get(), &info) != 0) return tl::make_unexpected(file_error(path, errno));
    if (S_ISDIR(info.st_mode)) return failure(path, "is a directory", "name a file in it");
    const auto length = static_cast<std::size_t>(info.st_size);
    if (S_ISREG(info.st_mode) && length > limit) {
        return failure(path,
                       "is longer than " + std::to_string(limit) + " bytes, which is the most that is read");
    }
    return read_to_end(file.get(), path, limit, S_ISREG(info.st_mode) ? length + 16384 : 0);
}

}  // namespace nmtx

// --evidence DIR: a folder for each incident, and never more than --evidence-max in all of them.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "platform/output/output_file.h"

namespace nmtx {

class EvidenceStore {
  public:
    // Makes the directory, mode 0700, if there is none. Fails where no file can be written there.
    static Expected<std::string> checked_directory(const std::string& directory);

    EvidenceStore(std::string directory, Bytes most) : directory_(std::move(directory)), most_(most) {}

    // Writes the files into the folder of that name, all or none; files of the same names are replaced.
    // Before that it removes the oldest folders, so that everything fits. Fails where it would not fit even
    // then. May be called by several threads.
    Expected<void> write(const std::string& name, const std::vector<NamedFile>& files);
    // "DIR/NAME"
    [[nodiscard]] std::string path_of_folder(const std::string& name) const {
        return directory_ + "/" + name;
    }

  private:
    Expected<void> make_room(const std::string& name, Bytes coming);

    std::string directory_;
    Bytes most_;
    std::mutex mutex_;
};

}  // namespace nmtx

// Segment by segment, by stat().
#include "pg/file_size.hpp"

#include <sys/stat.h>

extern "C" {
#include "common/relpath.h"
}

namespace schemaver::pg {

namespace {

std::string file_path(Oid tablespace, std::uint32_t number) {
    if (tablespace == InvalidOid) return fmt::format("{}/{}", DatabasePath, number);
    return fmt::format("pg_tblspc/{}/{}/{}/{}", tablespace, TABLESPACE_VERSION_DIRECTORY, MyDatabaseId,
                       number);
}

}  // namespace

std::int64_t file_size(Oid tablespace, std::uint32_t file_number) {
    if (file_number == 0) return 0;
    const std::string path = file_path(tablespace, file_number);
    std::int64_t bytes = 0;
    struct stat status;
    for (int segment = 0;; ++segment) {
        const std::string name = segment == 0 ? path : fmt::format("{}.{}", path, segment);
        if (stat(name.c_str(), &status) != 0) return bytes;
        bytes += status.st_size;
    }
}

}  // namespace schemaver::pg

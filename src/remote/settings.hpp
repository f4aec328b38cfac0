// The settings of questions to other servers, defined in src/module.cpp and described in docs/settings.md.
#pragma once

namespace schemaver::remote {

struct Settings {
    int timeout;  // milliseconds
};

extern Settings settings;

}  // namespace schemaver::remote

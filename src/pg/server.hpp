// The server's headers, included in the one order and with the one set of macros undone that C++ can live
// with.
//
// Include this, never postgres.h itself; and include standard headers before it, because the server's headers
// define macros with plain names (printf, _, Min, ...).
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

extern "C" {
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/objectaddress.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
}

// libintl and port.h turn these into macros, which breaks C++ members of the same name.
#undef _
#undef gettext
#undef printf
#undef snprintf
#undef sprintf
#undef vsnprintf
#undef vsprintf
#undef fprintf
#undef vfprintf
#undef vprintf
#undef strerror
#undef strerror_r

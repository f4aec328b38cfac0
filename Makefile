# The build, by PGXS: `make`, `make install`, `make installcheck`.
#
# Also the doors to everything else, which a fresh Debian machine with only git, make and apt can open:
# `make demo` and `make test` install what is missing, build, and work on throwaway servers.
# PG_CONFIG=/path/to/pg_config chooses the server; WERROR=1 makes warnings errors; with_llvm=yes adds bitcode.

EXTENSION = schemaver
MODULE_big = schemaver
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" schemaver.control)
EXTENSION_SCRIPT = schemaver--$(EXTVERSION).sql

# The install script is these files, in this order: each may use what stands before it.
SQL_PARTS = src/schema.sql \
	src/catalog/catalog.sql \
	src/ledger/ledger.sql \
	src/ledger/seal.sql \
	src/version/version.sql \
	src/backup/backup.sql \
	src/drift/worker.sql \
	src/drift/drift.sql \
	src/remote/remote.sql \
	src/migration/migration.sql \
	src/lint/lint.sql \
	src/trial/trial.sql \
	src/guard/guard.sql \
	src/models/models.sql \
	src/documents/documents.sql \
	src/install.sql \
	src/lint/grants.sql

# One translation unit for each folder: the templates of the JSON library are compiled once a folder, not once a
# file, which makes the build five times as fast.
FOLDERS = core pg catalog books remote ledger version backup drift migration lint trial guard models documents
# Written anew only when the list of a folder's files is another one: a file's date says nothing of that.
hash := \#
$(shell mkdir -p build/module && for folder in $(FOLDERS); do \
	(cd src && printf '$(hash)include "%s"\n' $$folder/*.cpp) > build/module/$$folder.new; \
	cmp -s build/module/$$folder.new build/module/$$folder.cpp && rm build/module/$$folder.new || \
	mv build/module/$$folder.new build/module/$$folder.cpp; done)
OBJS = src/module.o $(FOLDERS:%=build/module/%.o)
DATA = $(wildcard src/upgrade/schemaver--*--*.sql)
DATA_built = $(EXTENSION_SCRIPT)
EXTRA_CLEAN = build $(wildcard schemaver--*.sql) \
	$(shell find src \( -name '*.o' -o -name '*.d' -o -name '*.bc' \) -print)

# Regression tests that others build on, in order; the rest of sql/ follows by name.
REGRESS_FIRST =
REGRESS := $(strip $(REGRESS_FIRST) $(filter-out $(REGRESS_FIRST),$(sort $(basename $(notdir $(wildcard sql/*.sql))))))
REGRESS_OPTS = --outputdir=build/regress
ISOLATION := $(sort $(basename $(notdir $(wildcard test/isolation/specs/*.spec))))
ISOLATION_OPTS = --inputdir=test/isolation --outputdir=build/isolation
REGRESS_PREP = build/regress build/isolation

# s_lock.h still says `register`, which C++17 took out. fmt is used without its shared library, so that the
# module needs nothing that a server does not have.
# Nobody can put a function of theirs in the place of ours (see exports.map), so ours may be inlined.
# OPTIMIZE='-O1 -g0' compiles in half the time; it comes after what the server was compiled with.
SCHEMAVER_CXXFLAGS = -std=c++20 -Wall -Wextra -Wno-register -fno-semantic-interposition $(if $(WERROR),-Werror) $(OPTIMIZE)
PG_CXXFLAGS = $(SCHEMAVER_CXXFLAGS)
# Where libpq's headers lie beside the compiler's own, -isystem would change the order of those.
PG_CPPFLAGS = -Isrc -DFMT_HEADER_ONLY $(filter-out -I/usr/include,-I$(libpq_srcdir))
# The server loads modules with RTLD_GLOBAL: our C++ symbols (and those of the libraries compiled in) stay
# our own, or they would be bound to another extension's.
SHLIB_LINK = -Wl,--version-script=src/exports.map $(libpq) -lcrypto -lstdc++

# The server calls nothing of ours often enough for inlining bitcode to be worth a second compiler.
ifneq ($(origin with_llvm),command line)
override with_llvm = no
endif

PG_CONFIG ?= pg_config
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))

.DEFAULT_GOAL = all
ifneq ($(PGXS),)
include $(PGXS)
else
all install installcheck:
	@echo "No server to build for: '$(PG_CONFIG) --pgxs' names no file." >&2
	@echo "Install postgresql-server-dev-15 (or run test/install-packages), or set PG_CONFIG." >&2
	@false
clean:
	rm -rf $(EXTRA_CLEAN) schemaver.so
endif

# Server headers are not ours to mend: -isystem keeps their warnings out of -Wextra.
cxx_includes = $(patsubst -I/%,-isystem/%,$(CPPFLAGS))
COMPILE.cxx.bc = $(CLANG) -xc++ -Wno-ignored-attributes $(BITCODE_CXXFLAGS) $(SCHEMAVER_CXXFLAGS) $(cxx_includes) \
	-flto=thin -emit-llvm -c -MMD -MP -MF $@.d

%.o: %.cpp
	$(CXX) $(CXXFLAGS) $(cxx_includes) -MMD -MP -c -o $@ $<

-include $(OBJS:.o=.d) $(OBJS:.o=.bc.d)

schemaver.so: src/exports.map

$(EXTENSION_SCRIPT): $(SQL_PARTS) schemaver.control Makefile
	@echo "cat $(SQL_PARTS) > $@"
	@{ printf '%s\n' '\echo Use "CREATE EXTENSION schemaver" to load this file. \quit'; cat $(SQL_PARTS); } > $@.tmp
	@mv $@.tmp $@

$(REGRESS_PREP):
	mkdir -p $@

# Everything below must work before anything is installed: packages first, then make anew.
.PHONY: demo test test-tools bench crash matrix regressdb check-asserts check-source format packages
parallel = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

packages:
	test/install-packages build test

demo: packages
	$(MAKE) $(parallel) all
	test/demo/run

test: packages
	$(MAKE) $(parallel) all
	test/run

# The recipes of docs/backup.md with pgBackRest, Barman and Alembic, and migrations by the real tools: Django, Knex and others.
test-tools: packages
	$(MAKE) $(parallel) all
	SCHEMAVER_ONLY=tools test/run

bench: packages
	test/install-packages bench
	$(MAKE) $(parallel) all
	set -e; for bench in $(sort $(wildcard test/bench/*.sh)); do $$bench; done

# The same tests on PostgreSQL 17 and 18, and on a server that checks its own assertions.
matrix:
	test/matrix

check-asserts:
	test/check-asserts

# Backends and the postmaster killed in the middle of DDL under load, SCHEMAVER_KILLS times: nothing is lost.
crash: export SCHEMAVER_KILLS ?= 20
crash: packages
	$(MAKE) $(parallel) all
	SCHEMAVER_ONLY=tap SCHEMAVER_TAP=350_crash test/run

# What PostgreSQL's own regression suite leaves behind, object by object after a dump and a restore.
regressdb: packages
	$(MAKE) $(parallel) all
	test/regressdb
	test/regressdb-capture

format:
	test/install-packages format
	test/check-source --fix

check-source:
	test/install-packages build test format
	test/check-source

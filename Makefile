# Hallpass: the only build file.
#
#   make            build/hallpass                       make install   PREFIX=/usr/local DESTDIR=
#   make demo       the main job on one screen           make demo ONCE=1  ... then stop and exit
#   make test       unit, policy, integration, lints     make check     every gate (up to 45 minutes)
#   make bench      CPU per request beside nginx         make fuzz      libFuzzer, FUZZ_SECONDS each
#   make lint       the house rules                      make format    clang-format in place
#   make deps       apt packages that are missing        make clean
#   make certs      development CA and server certificate under build/certs
#
# Knobs: CC, CFLAGS, LDFLAGS, SAN=address,undefined | thread, V=1, PREFIX, DESTDIR.

CC       ?= gcc
CFLAGS   ?= -O2 -g
PREFIX   ?= /usr/local
SAN      ?=
V        ?=
ifeq ($(origin CC),default)
CC       := gcc
endif

comma    := ,
BUILD    ?= build$(if $(SAN),-$(subst $(comma),+,$(SAN)))$(if $(filter clang%,$(CC)),-clang)
Q        := $(if $(V),,@)
say       = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2);)
PYTHON   := /usr/bin/python3

LIBS     := openssl jansson sqlite3 libuv yaml-0.1 libzip
PKG_CFLAGS = $(shell pkg-config --cflags $(LIBS) 2>/dev/null)
PKG_LIBS   = $(shell pkg-config --libs $(LIBS) 2>/dev/null) -lcsv -lz
TEST_LIBS  = -lcmocka $(shell pkg-config --libs libjwt 2>/dev/null)

# llhttp: Debian 12 ships its C sources, Debian 13 a library.
LLHTTP_DIR  := $(firstword $(wildcard /usr/share/llhttp))
LLHTTP_SRC  := $(if $(LLHTTP_DIR),$(addprefix $(LLHTTP_DIR)/,llhttp.c api.c http.c))
LLHTTP_LIB  := $(if $(LLHTTP_DIR),,-lllhttp)
LLHTTP_INC  := $(if $(LLHTTP_DIR),-isystem /usr/share/include/llhttp)

WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
            -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings \
            -Wundef -Wvla -Wformat=2 -Wimplicit-fallthrough -Werror
HARDEN   := -fstack-protector-strong -fno-strict-aliasing -fno-common -fPIE -fvisibility=hidden \
            $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer,-D_FORTIFY_SOURCE=2)
OWN      := -std=c11 -D_GNU_SOURCE -DLLHTTP_STRICT_MODE=1 -I. -Igateway $(LLHTTP_INC) -MMD -MP
LINK     := -pie -Wl,-z,relro,-z,now $(if $(SAN),-fsanitize=$(SAN)) -pthread

SRC      := $(filter-out gateway/cli/main.c,$(wildcard gateway/*/*.c)) $(wildcard policy/*.c)
OBJ      := $(SRC:%.c=$(BUILD)/obj/%.o) $(LLHTTP_SRC:$(LLHTTP_DIR)/%.c=$(BUILD)/obj/llhttp/%.o)
LIB      := $(BUILD)/libhallpass.a
UNIT     := $(patsubst tests/unit/test_%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
FUZZ     := $(patsubst tests/fuzz/fuzz_%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
FAULT    := $(patsubst tests/fault/%.c,$(BUILD)/fault/%,$(wildcard tests/fault/*.c))
KIT      := $(patsubst %,$(BUILD)/obj/tests/support/redact_%.o,check world gen)
BENCH    := $(patsubst tests/bench/bench_%.c,$(BUILD)/bench/%,$(wildcard tests/bench/bench_*.c))
SUPPORT  := $(patsubst tests/support/%.c,$(BUILD)/obj/tests/support/%.o,$(wildcard tests/support/*.c))

.PHONY: all demo test check bench benches fuzz lint format deps build-deps install clean unit replay
.PHONY: programs certs
.DELETE_ON_ERROR:
.SECONDARY:

all: build-deps
	$(Q)$(MAKE) --no-print-directory programs

programs: $(BUILD)/hallpass
	@:

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(CFLAGS) $(OWN) $(WARN) $(HARDEN) $(PKG_CFLAGS) -c $< -o $@

$(BUILD)/obj/llhttp/%.o: $(LLHTTP_DIR)/%.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(CFLAGS) $(OWN) $(HARDEN) -w -c $< -o $@

$(LIB): $(OBJ)
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^

$(BUILD)/hallpass: $(BUILD)/obj/gateway/cli/main.o $(LIB)
	$(call say,LD,$@)$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) $^ -o $@ $(PKG_LIBS) $(LLHTTP_LIB)

$(BUILD)/unit/%: $(BUILD)/obj/tests/unit/test_%.o $(SUPPORT) $(LIB)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) $^ -o $@ $(TEST_LIBS) $(PKG_LIBS) $(LLHTTP_LIB)

# Programs that the fault tests kill, starve and trace; and those that measure one part.
$(BUILD)/fault/%: $(BUILD)/obj/tests/fault/%.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) $^ -o $@ $(PKG_LIBS) $(LLHTTP_LIB)

$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/bench_%.o $(SUPPORT) $(LIB)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) $^ -o $@ $(TEST_LIBS) $(PKG_LIBS) $(LLHTTP_LIB)

# Without libFuzzer a target replays its corpus; tests/support/replay_main.c has the main().
$(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(BUILD)/obj/tests/fuzz/replay_main.o $(KIT) $(LIB)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) $^ -o $@ $(PKG_LIBS) $(LLHTTP_LIB)

unit: $(UNIT) $(FAULT)

replay: $(FUZZ)

deps:
	$(Q)sh tests/support/deps.sh all

build-deps:
	$(Q)sh tests/support/deps.sh build

# Each gate is a line of tests/support/gates.py; both targets end with "N passed, N failed".
test: deps
	$(Q)$(PYTHON) tests/support/gates.py test

check: deps
	$(Q)$(PYTHON) tests/support/gates.py check

lint: deps
	$(Q)$(PYTHON) tests/support/gates.py lint

benches: $(BENCH)

bench: deps
	$(Q)$(MAKE) --no-print-directory programs benches
	$(Q)$(PYTHON) tests/bench/bench.py --build $(BUILD)

demo: all
	$(Q)$(PYTHON) tests/support/demo.py --build $(BUILD) $(if $(ONCE),--once)

fuzz: deps
	$(Q)$(PYTHON) tests/fuzz/fuzz.py --seconds $(or $(FUZZ_SECONDS),60)

certs:
	$(Q)sh certs/dev-ca.sh $(BUILD)/certs

format:
	$(Q)clang-format -i $(shell git ls-files '*.c' '*.h')

install: all
	install -D -m 0755 $(BUILD)/hallpass $(DESTDIR)$(PREFIX)/bin/hallpass
	install -d $(DESTDIR)$(PREFIX)/share/hallpass/catalogs
	install -m 0644 policy/catalogs/*.yaml $(DESTDIR)$(PREFIX)/share/hallpass/catalogs/
	install -d $(DESTDIR)$(PREFIX)/share/hallpass/schema
	install -m 0644 policy/schema/*.json $(DESTDIR)$(PREFIX)/share/hallpass/schema/
	install -d $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 0644 docs/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 0644 docs/*.5 $(DESTDIR)$(PREFIX)/share/man/man5/

clean:
	rm -rf build build-*

-include $(OBJ:.o=.d) $(SUPPORT:.o=.d) $(BUILD)/obj/gateway/cli/main.d
-include $(patsubst tests/unit/%.c,$(BUILD)/obj/tests/unit/%.d,$(wildcard tests/unit/*.c))
-include $(patsubst tests/bench/%.c,$(BUILD)/obj/tests/bench/%.d,$(wildcard tests/bench/*.c))
-include $(patsubst tests/fuzz/%.c,$(BUILD)/obj/tests/fuzz/%.d,$(wildcard tests/fuzz/*.c))
-include $(patsubst tests/fault/%.c,$(BUILD)/obj/tests/fault/%.d,$(wildcard tests/fault/*.c))

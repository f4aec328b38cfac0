// Walks the script: at each statement all rules, then what the statement leaves behind.
#include "core/lint.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "core/lint_rules.hpp"
#include "core/lint_text.hpp"
#include "core/nearest.hpp"
#include "core/poll.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

std::vector<LintRuleEntry> all_lint_entries() {
    std::vector<LintRuleEntry> all;
    for (const auto& group :
         {lint_column_rules, lint_type_rules, lint_constraint_rules, lint_index_rules, lint_destructive_rules,
          lint_rewrite_rules, lint_transaction_rules, lint_existence_rules, lint_security_rules}) {
        const std::vector<LintRuleEntry> rules = group();
        all.insert(all.end(), rules.begin(), rules.end());
    }
    return all;
}

// Only the end of the script can tell; the finding is at BEGIN.
constexpr LintRule uncommitted = {"uncommitted", LintSeverity::error, false,
                                  "the script ends in a transaction that it began: all of it is rolled back"};

void tell_uncommitted(const LintCase&, LintReport& report) {
    report.add({.why = "the script ends before the transaction that begins here: all of it is rolled back",
                .instead = "COMMIT;  -- at the end"});
}

bool is_told_once(std::string_view rule) {
    return rule == "missing-lock-timeout" || rule == "missing-statement-timeout";
}

// Whether the server would refuse, for what is there or not.
bool is_about_presence(std::string_view rule) {
    constexpr std::array<std::string_view, 9> rules = {
        "object-exists", "object-missing",       "column-missing",
        "column-exists", "constraint-missing",   "foreign-key-target",
        "dropping-used", "dropping-used-column", "changing-used-type"};
    return std::find(rules.begin(), rules.end(), rule) != rules.end();
}

// What ran needs no more to be there, to be waited for, or to fit together.
bool is_of_the_moment(std::string_view rule) {
    return is_about_presence(rule) || is_told_once(rule) || rule == "conflict-now" ||
           rule == "nested-transaction";
}

class Collector final : public LintReport {
  public:
    explicit Collector(const LintFacts& facts) : limits_(facts.limits), is_hindsight_(facts.is_hindsight) {}

    void look(const LintCase& now, const std::vector<LintRuleEntry>& entries) {
        now_ = &now;
        const bool is_uncertain = now.is_conditional || now.world.is_uncertain(now.statement);
        for (const LintRuleEntry& entry : entries) {
            rule_ = &entry.rule;
            if (is_told_once(entry.rule.name) && told_.count(entry.rule.name) != 0) continue;
            if (is_hindsight_ && is_of_the_moment(entry.rule.name)) continue;
            if (is_uncertain && is_about_presence(entry.rule.name)) continue;
            entry.check(now, *this);
        }
    }

    void add(LintFound found) override {
        LintFinding finding;
        finding.rule = rule_->name;
        finding.severity = found.severity.value_or(rule_->severity);
        finding.statement = now_->number;
        place(finding, found.offset);
        finding.kind = found.kind;
        finding.identity = found.identity;
        if (found.table != nullptr && finding.identity.empty()) {
            finding.kind = found.table->kind;
            finding.identity = identity_of(*found.table);
        }
        finding.why = in_function() + found.why;
        finding.instead = std::move(found.instead);
        if (found.table != nullptr && rule_->scales) scale(finding, *found.table);
        told_.insert(rule_->name);
        findings_.push_back(std::move(finding));
    }

    std::vector<LintFinding> take() { return std::move(findings_); }

  private:
    std::string in_function() const {
        if (now_->caller == nullptr) return "";
        const std::size_t line = now_->statement.line;
        return line > 1 ? fmt::format("in {}, line {}: ", now_->function, line)
                        : fmt::format("in {}: ", now_->function);
    }

    void place(LintFinding& finding, std::size_t offset) const {
        const LintStatement& statement = now_->caller == nullptr ? now_->statement : *now_->caller;
        if (now_->caller != nullptr) offset = 0;
        TextPlace at{0, statement.line, statement.column, statement.position};
        at.go_on(std::string_view(statement.text).substr(0, std::min(offset, statement.text.size())));
        finding.line = at.line;
        finding.column = at.column;
        finding.position = at.position;
    }

    void scale(LintFinding& finding, const LintTable& table) const {
        const bool small = is_small(table, limits_);
        if (small) finding.severity = LintSeverity::notice;
        finding.why += fmt::format(" ({}{}{})", is_hindsight_ ? "now " : "", size_in_words(table),
                                   small ? ": small" : "");
    }

    const LintLimits& limits_;
    const bool is_hindsight_;
    const LintCase* now_ = nullptr;
    const LintRule* rule_ = nullptr;
    std::set<std::string_view> told_;
    std::vector<LintFinding> findings_;
};

class LintWalk {
  public:
    LintWalk(const LintFacts& facts, const std::vector<LintStatement>& script)
        : script_(script), world_(facts, rolls_back(script)), collector_(facts) {}

    std::vector<LintFinding> go() {
        std::size_t number = 0;
        for (const LintStatement& statement : script_) {
            poll();
            functions_.clear();
            step({statement, ++number, world_});
        }
        if (world_.transaction().is_explicit) {
            const std::size_t begun = world_.transaction().begun_at;
            collector_.look({script_[begun - 1], begun, world_}, {{uncommitted, tell_uncommitted}});
        }
        return collector_.take();
    }

  private:
    const std::vector<LintRuleEntry> entries_ = all_lint_entries();
    const std::vector<LintStatement>& script_;
    LintWorld world_;
    Collector collector_;
    std::set<LintName>
        functions_;  // looked into at this statement of the script: each once, some call themselves

    static bool rolls_back(const std::vector<LintStatement>& script) {
        return std::any_of(script.begin(), script.end(), [](const LintStatement& one) {
            return one.kind == LintKind::rollback || one.kind == LintKind::rollback_to;
        });
    }

    void step(const LintCase& now) {
        collector_.look(now, entries_);
        if (now.statement.kind == LintKind::do_block) look_into(now, now.statement.body, "DO");
        for (const LintName& name : now.statement.calls) {
            const auto body = world_.routine(name);
            if (body && *body != nullptr && functions_.insert(name).second)
                look_into(now, *body, identity_of(name));
        }
        if (now.is_conditional)
            world_.apply_perhaps(now.statement, now.number);
        else
            world_.apply(now.statement, now.number);
    }

    void look_into(const LintCase& now, const LintBody& body, const std::string& function) {
        if (body == nullptr) return;
        const bool begins = world_.begin_body(now.number);
        const LintStatement* caller = now.caller == nullptr ? &now.statement : now.caller;
        for (const LintStatement& inner : *body)
            step({inner, now.number, world_, function, caller, now.is_conditional || inner.is_conditional});
        if (begins) world_.end_body();
    }
};

bool is_meant(const LintSetting& setting, const LintFinding& finding,
              bool (*is_like)(const std::string&, const std::string&)) {
    if (setting.rule && *setting.rule != finding.rule) return false;
    return !setting.identity || (is_like != nullptr && is_like(finding.identity, *setting.identity));
}

// The one that says most: rule and object, then object, then rule, then neither.
int weight(const LintSetting& setting) { return (setting.identity ? 2 : 0) + (setting.rule ? 1 : 0); }

void apply_settings(std::vector<LintFinding>& findings, std::vector<LintSetting> settings,
                    bool (*is_like)(const std::string&, const std::string&)) {
    if (settings.empty()) return;
    std::stable_sort(settings.begin(), settings.end(),
                     [](const auto& one, const auto& other) { return weight(one) > weight(other); });
    std::erase_if(findings, [&](LintFinding& finding) {
        for (const LintSetting& setting : settings) {
            if (!is_meant(setting, finding, is_like)) continue;
            if (setting.severity) finding.severity = *setting.severity;
            return setting.is_off;
        }
        return false;
    });
}

constexpr std::array<std::string_view, 3> severity_names = {"notice", "warning", "error"};

}  // namespace

std::string_view to_text(LintSeverity severity) { return severity_names[static_cast<std::size_t>(severity)]; }

std::optional<LintSeverity> lint_severity(std::string_view text) {
    for (std::size_t i = 0; i < severity_names.size(); ++i)
        if (severity_names[i] == text) return static_cast<LintSeverity>(i);
    return std::nullopt;
}

std::vector<LintRule> lint_rules() {
    std::vector<LintRule> rules;
    for (const LintRuleEntry& entry : all_lint_entries()) rules.push_back(entry.rule);
    rules.push_back(uncommitted);
    std::sort(rules.begin(), rules.end(),
              [](const LintRule& one, const LintRule& other) { return one.name < other.name; });
    return rules;
}

std::vector<UnknownLintRule> unknown_lint_rules(const std::vector<LintSetting>& settings) {
    std::set<std::string> named;
    for (const LintSetting& setting : settings)
        if (setting.rule) named.insert(*setting.rule);
    if (named.empty()) return {};
    std::vector<std::string> known;
    for (const LintRule& rule : lint_rules()) known.emplace_back(rule.name);
    std::vector<UnknownLintRule> unknown;
    for (const std::string& name : named)
        if (!contains(known, name)) unknown.push_back({name, nearest(name, known)});
    return unknown;
}

const LintTable* LintCase::old_table() const {
    if ((statement.kind != LintKind::alter_table && statement.kind != LintKind::create_index) ||
        statement.objects.empty()) {
        return nullptr;
    }
    const LintTable* table = world.find(statement.objects.front());
    return table == nullptr || table->is_new || table->kind == "view" || table->kind == "sequence" ||
                   table->kind == "index"
               ? nullptr
               : table;
}

const LintTable* LintCase::stored_table() const {
    const LintTable* table = old_table();
    return table != nullptr && table->kind != "foreign table" && table->kind != "type" ? table : nullptr;
}

std::string lint_identity(const LintName& name, const LintWorld& world) {
    return identity_of(world.full_name(name));
}

bool is_small(const LintTable& table, const LintLimits& limits) {
    return table.bytes <= limits.small_bytes && table.rows <= limits.small_rows;
}

std::string size_in_words(const LintTable& table) {
    if (table.is_empty) return "empty";
    constexpr std::array<std::string_view, 5> units = {"bytes", "kB", "MB", "GB", "TB"};
    double size = static_cast<double>(table.bytes);
    std::size_t unit = 0;
    for (; size >= 10000 && unit + 1 < units.size(); ++unit) size /= 1024;
    if (table.rows < 0) return fmt::format("never analyzed, {:.0f} {}", size, units[unit]);
    return fmt::format("about {:.0f} rows, {:.0f} {}", table.rows, size, units[unit]);
}

std::vector<LintFinding> lint(const std::vector<LintStatement>& script, const LintFacts& facts,
                              const std::vector<LintSetting>& settings,
                              bool (*is_like)(const std::string&, const std::string&)) {
    std::vector<LintFinding> findings = LintWalk(facts, script).go();
    apply_settings(findings, settings, is_like);
    return findings;
}

}  // namespace schemaver::core

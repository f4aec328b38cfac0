// A statement begins behind a semicolon and behind BEGIN, THEN, ELSE and LOOP, and ends with a semicolon. A
// word that begins one of SQL's can stand there in the middle of an expression too (CASE ... THEN); what does
// not parse then is nothing.
#include "core/plpgsql_body.hpp"

#include <algorithm>

namespace schemaver::core {

namespace {

bool is_word_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool begins_sql(std::string_view word) {
    return is_word_of(
        word, {"alter", "call", "cluster", "create", "delete", "drop", "execute", "grant", "insert", "lock",
               "merge", "perform", "refresh", "reindex", "select", "set", "truncate", "update"});
}

class PlpgsqlScan {
  public:
    PlpgsqlScan(std::string_view body, const std::vector<Token>& tokens) : body_(body), tokens_(tokens) {}

    std::vector<PlpgsqlStatement> go() {
        while (at_ < tokens_.size()) {
            const std::string_view word = word_at(at_);
            follow_parentheses(at_, depth_);
            if (depth_ > 0)
                is_start_ = false;
            else if (is_start_)
                begin(word);
            else
                go_on(word);
            ++at_;
        }
        while (!blocks_.empty()) end_block();
        return std::move(statements_);
    }

  private:
    struct Block {
        std::size_t first;  // statement
        bool is_conditional;
    };

    std::string_view body_;
    const std::vector<Token>& tokens_;
    std::size_t at_ = 0;
    int depth_ = 0;
    bool is_start_ = true;
    std::vector<Block> blocks_;
    std::vector<PlpgsqlStatement> statements_;

    // Empty: it is none, or in double quotes.
    std::string_view word_at(std::size_t index) const {
        const Token& token = tokens_[index];
        return token.kind == TokenKind::word && body_[token.start] != '"' ? std::string_view(token.value)
                                                                          : "";
    }

    bool is_symbol(std::size_t index, std::string_view symbol) const {
        return tokens_[index].kind == TokenKind::other &&
               body_.substr(tokens_[index].start).starts_with(symbol);
    }

    void follow_parentheses(std::size_t index, int& depth) const {
        if (is_symbol(index, "(") || is_symbol(index, "[")) ++depth;
        if ((is_symbol(index, ")") || is_symbol(index, "]")) && depth > 0) --depth;
    }

    void begin(std::string_view word) {
        if (word == "begin") {
            blocks_.push_back({statements_.size(), false});
        } else if (word == "loop") {
            blocks_.push_back({statements_.size(), true});
        } else if (word == "exception") {
            if (!blocks_.empty()) blocks_.back().is_conditional = true;
        } else if (word == "end") {
            if (!blocks_.empty()) end_block();
            if (at_ + 1 < tokens_.size() && word_at(at_ + 1) == "loop") ++at_;
            is_start_ = false;
        } else if (is_symbol(at_, "<<")) {
            while (at_ + 1 < tokens_.size() && !is_symbol(at_, ">>")) ++at_;
        } else if (begins_sql(word)) {
            take();
        } else if (!is_word_of(word, {"declare", "else"}) && !is_symbol(at_, ";")) {
            if (is_word_of(word, {"if", "case"})) blocks_.push_back({statements_.size(), true});
            is_start_ = false;
        }
    }

    void go_on(std::string_view word) {
        if (word == "loop") blocks_.push_back({statements_.size(), true});
        // FOR row IN EXECUTE, RETURN QUERY EXECUTE
        if (word == "execute") statements_.push_back({"", tokens_[at_].start, false, true});
        is_start_ = is_word_of(word, {"then", "else", "loop"}) || is_symbol(at_, ";");
    }

    void end_block() {
        if (blocks_.back().is_conditional)
            std::for_each(statements_.begin() + static_cast<std::ptrdiff_t>(blocks_.back().first),
                          statements_.end(), [](PlpgsqlStatement& one) { one.is_conditional = true; });
        blocks_.pop_back();
    }

    // From here to the semicolon, which becomes the current token.
    void take() {
        const std::size_t first = at_;
        const std::string_view word = word_at(first);
        std::size_t end = tokens_.size();  // of the text
        int depth = 0;
        for (; at_ < tokens_.size() && !(depth == 0 && is_symbol(at_, ";")); ++at_) {
            follow_parentheses(at_, depth);
            const bool is_target =
                depth == 0 && word_at(at_) == "into" && end == tokens_.size() && at_ > first + 1;
            if (is_target && is_word_of(word, {"delete", "insert", "update", "execute"})) end = at_;
        }
        end = std::min(end, at_);
        PlpgsqlStatement statement;
        statement.start = tokens_[first].start;
        if (word == "execute") {
            read_execute(first + 1, end, statement);
        } else {
            const std::size_t from = word == "perform" ? tokens_[first].end : statement.start;
            const std::size_t until = tokens_[end - 1].end;
            statement.text =
                (word == "perform" ? "SELECT" : "") + std::string(body_.substr(from, until - from));
        }
        statements_.push_back(std::move(statement));
    }

    void read_execute(std::size_t first, std::size_t end, PlpgsqlStatement& statement) const {
        statement.is_dynamic = first >= end || tokens_[first].kind != TokenKind::string ||
                               !tokens_[first].value_known ||
                               (first + 1 < end && word_at(first + 1) != "using");
        if (!statement.is_dynamic) statement.text = tokens_[first].value;
    }
};

}  // namespace

std::vector<PlpgsqlStatement> statements_in_plpgsql(std::string_view body, const std::vector<Token>& tokens) {
    return PlpgsqlScan(body, tokens).go();
}

}  // namespace schemaver::core

#include "tools/manual.hpp"

#include "tools/tool.hpp"

#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <vector>

namespace voxspec {
namespace {

using Commands = std::vector<CLI::App const*>;

// Those that a user types first; the commands of a command are its own matter.
Commands commands_of(CLI::App const& app) {
  return app.get_subcommands([](CLI::App const* each) { return !each->get_name().empty(); });
}

bool is_positional(CLI::Option const& option) {
  return option.get_lnames().empty() && option.get_snames().empty();
}

// "--jobs", "-j", with their dashes.
std::vector<std::string> spellings(CLI::Option const& option) {
  std::vector<std::string> words;
  for (auto const& name : option.get_snames())
    words.push_back("-" + name);
  for (auto const& name : option.get_lnames())
    words.push_back("--" + name);
  return words;
}

bool takes_value(CLI::Option const& option) {
  return option.get_items_expected_max() > 0;
}

// ---- roff ----

// What roff would take for a request, an escape or a hyphen stands for itself.
std::string roff(std::string const& text) {
  std::string out;
  bool at_begin = true;
  for (char const letter : text) {
    if (at_begin && (letter == '.' || letter == '\'')) out += "\\&";
    if (letter == '\\') {
      out += "\\e";
    } else if (letter == '-') {
      out += "\\-";
    } else {
      out += letter;
    }
    at_begin = letter == '\n';
  }
  return out;
}

void write_options(std::ostream& out, CLI::App const& app) {
  for (auto const* const option : app.get_options()) {
    std::string names;
    if (is_positional(*option)) {
      names = "\\fI" + roff(option->get_name()) + "\\fR";
    } else {
      for (auto const& word : spellings(*option))
        names += (names.empty() ? "\\fB" : ", \\fB") + roff(word) + "\\fR";
      if (takes_value(*option)) names += " \\fI" + roff(option->get_type_name()) + "\\fR";
    }
    out << ".TP\n" << names << '\n' << roff(option->get_description()) << '\n';
  }
}

void write_footer(std::ostream& out, CLI::App const& app) {
  if (app.get_footer().empty()) return;
  out << ".PP\n.nf\n" << roff(app.get_footer()) << "\n.fi\n";
}

void write_command(std::ostream& out, CLI::App const& command, std::string const& before) {
  auto const name = before + command.get_name();
  out << ".SS \"" << roff(name) << "\"\n" << roff(command.get_description()) << ".\n";
  write_options(out, command);
  write_footer(out, command);
  for (auto const* const inner : commands_of(command))
    write_command(out, *inner, name + " ");
}

// ---- shells ----

std::string joined(std::vector<std::string> const& words) {
  std::string text;
  for (auto const& word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<std::string> all_spellings(CLI::App const& app) {
  std::vector<std::string> all;
  for (auto const* const option : app.get_options())
    for (auto const& word : spellings(*option))
      all.push_back(word);
  return all;
}

std::vector<std::string> names_of(Commands const& commands) {
  std::vector<std::string> names;
  for (auto const* const command : commands)
    names.push_back(command->get_name());
  return names;
}

// In single quotes, whatever it holds.
std::string quoted(std::string const& text) {
  std::string out = "'";
  for (char const letter : text) {
    if (letter == '\'') {
      out += "'\\''";
    } else {
      out += letter;
    }
  }
  return out + "'";
}

// What the scripts ask the program itself for.
constexpr char const* subjects_command = "voxspec list --subjects 2>/dev/null | sed 's/ .*//'";
constexpr char const* cases_command = "voxspec list 2>/dev/null";

}  // namespace

std::string manual_page(CLI::App const& program, std::string const& version) {
  std::ostringstream out;
  auto const& name = program.get_name();
  out << R"(.TH VOXSPEC 1 "" ")" << roff(name + " " + version) << "\" \"User Commands\"\n.ad l\n"
      << ".SH NAME\n"
      << name << " \\- " << roff(program.get_description()) << '\n'
      << ".SH SYNOPSIS\n.B " << name << "\n.I COMMAND\n[\\fIOPTION\\fR]...\n"
      << ".SH OPTIONS\n";
  write_options(out, program);
  out << ".SH COMMANDS\n";
  for (auto const* const command : commands_of(program))
    write_command(out, *command, "");
  out << ".SH EXAMPLES\n";
  write_footer(out, program);
  return out.str();
}

std::string bash_completions(CLI::App const& program) {
  std::ostringstream out;
  auto const commands = commands_of(program);
  out << "# bash completion for voxspec; made by `voxspec completions bash`\n"
         "_voxspec() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= i\n"
         "  for ((i = 1; i < COMP_CWORD; ++i)); do\n"
         "    case ${COMP_WORDS[i]} in\n"
         "      "
      <<
      [&] {
        std::string names;
        for (auto const& name : names_of(commands))
          names += (names.empty() ? "" : "|") + name;
        return names;
      }()
      << ") command=${COMP_WORDS[i]}; break ;;\n"
         "    esac\n"
         "  done\n"
         "  if [[ $before == --subject ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$("
      << subjects_command << ")\" -- \"$word\") $(compgen -d -- \"$word\"))\n"
      << "    return\n"
         "  fi\n"
         "  if [[ $word == -* ]]; then\n"
         "    case $command in\n";
  for (auto const* const command : commands)
    out << "      " << command->get_name() << ") COMPREPLY=($(compgen -W \""
        << joined(all_spellings(*command)) << "\" -- \"$word\")) ;;\n";
  out << "      *) COMPREPLY=($(compgen -W \"" << joined(all_spellings(program))
      << "\" -- \"$word\")) ;;\n"
         "    esac\n"
         "    return\n"
         "  fi\n"
         "  case $command in\n"
         "    '') COMPREPLY=($(compgen -W \""
      << joined(names_of(commands))
      << "\" -- \"$word\")) ;;\n"
         "    run|list|explain|cover|selftest) COMPREPLY=($(compgen -W \"$("
      << cases_command
      << ")\" -- \"$word\")) ;;\n"
         "    interop) COMPREPLY=($(compgen -W \"$("
      << subjects_command
      << ")\" -- \"$word\") $(compgen -d -- \"$word\")) ;;\n"
         "    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
         "  esac\n"
         "}\n"
         "complete -o default -F _voxspec voxspec\n";
  return out.str();
}

std::string zsh_completions(CLI::App const& program) {
  std::ostringstream out;
  out << "#compdef voxspec\n# made by `voxspec completions zsh`\n"
         "_voxspec() {\n"
         "  local -a commands words\n"
         "  commands=(\n";
  auto const commands = commands_of(program);
  for (auto const* const command : commands)
    out << "    " << quoted(command->get_name() + ":" + command->get_description()) << '\n';
  out << "  )\n"
         "  if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
         "  if [[ ${words[CURRENT-1]} == --subject ]]; then\n"
         "    compadd -- ${(f)\"$("
      << subjects_command
      << ")\"}; _files -/; return\n"
         "  fi\n"
         "  case ${words[2]} in\n";
  for (auto const* const command : commands)
    out << "    " << command->get_name() << ") words=(" << joined(all_spellings(*command))
        << ") ;;\n";
  out << "  esac\n"
         "  if [[ $PREFIX == -* ]]; then compadd -a words; return; fi\n"
         "  case ${words[2]} in\n"
         "    run|list|explain|cover|selftest) compadd -- ${(f)\"$("
      << cases_command
      << ")\"} ;;\n"
         "    *) _files ;;\n"
         "  esac\n"
         "}\n"
         "_voxspec \"$@\"\n";
  return out.str();
}

std::string fish_completions(CLI::App const& program) {
  std::ostringstream out;
  out << "# fish completion for voxspec; made by `voxspec completions fish`\n";
  auto const line = [&](std::string const& when, CLI::Option const& option) {
    out << "complete -c voxspec -n " << quoted(when);
    for (auto const& name : option.get_snames())
      out << " -s " << name;
    for (auto const& name : option.get_lnames())
      out << " -l " << name;
    if (takes_value(option)) out << " -r";
    out << " -d " << quoted(option.get_description()) << '\n';
  };
  for (auto const* const command : commands_of(program)) {
    out << "complete -c voxspec -f -n __fish_use_subcommand -a " << command->get_name() << " -d "
        << quoted(command->get_description()) << '\n';
    for (auto const* const option : command->get_options())
      if (!is_positional(*option)) {
        line("__fish_seen_subcommand_from " + command->get_name(), *option);
      }
  }
  out << "complete -c voxspec -n '__fish_seen_subcommand_from run explore selftest' -l subject -xa "
      << quoted(std::string{"("} + subjects_command + ")") << '\n'
      << "complete -c voxspec -f -n '__fish_seen_subcommand_from run list explain cover' -a "
      << quoted(std::string{"("} + cases_command + ")") << '\n';
  return out.str();
}

void add_completions(CLI::App& app, Tool& tool) {
  static std::map<std::string, std::string (*)(CLI::App const&)> const write_completions{
      {"bash", bash_completions}, {"zsh", zsh_completions}, {"fish", fish_completions}};
  auto* const sub = app.add_subcommand("completions", "Print a script that completes for a shell");
  auto const shell = std::make_shared<std::string>();
  sub->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember(&write_completions));
  sub->footer(
      "Packages install them. By hand:\n"
      "Example:\n"
      "  source <(voxspec completions bash)");
  sub->callback([shell, &app, &tool] {
    std::cout << write_completions.at(*shell)(app);
    tool.exit_code = exit_clean;
  });
}

void add_manual(CLI::App& app, Tool& tool) {
  auto* const sub = app.add_subcommand("manual", "Print the manual page, for man");
  sub->footer(
      "Packages install it.\n"
      "Example:\n"
      "  voxspec manual | man -l -");
  sub->callback([&app, &tool] {
    std::cout << manual_page(app, VOXSPEC_VERSION);
    tool.exit_code = exit_clean;
  });
}

}  // namespace voxspec

using System.Text.RegularExpressions;

namespace AdapterToolkit.Checkpoints;

/// <summary>Matches layers' paths against the names and regular expressions of an adapter's configuration, by PEFT's rules.</summary>
internal static class PeftTargets
{
    /// <summary>How long one match may take, so that an expression made to backtrack for ever is an error.</summary>
    private static readonly TimeSpan s_longestMatch = TimeSpan.FromSeconds(1);

    /// <summary>Whether a name of <c>target_modules</c> means a layer: it is the path, or the path's last parts.</summary>
    public static bool IsSuffix(string path, string name)
        => path.EndsWith(name, StringComparison.Ordinal) && (path.Length == name.Length || path[path.Length - name.Length - 1] == '.');

    /// <summary>Whether a name of <c>modules_to_save</c> means a module: the path ends with it. PEFT asks for no dot before it, so that <c>norm</c> means <c>input_layernorm</c> too.</summary>
    public static bool IsEnd(string path, string name) => path.EndsWith(name, StringComparison.Ordinal);

    /// <summary>Whether a regular expression that stands for <c>target_modules</c> matches a whole path.</summary>
    public static bool MatchesWhole(string path, string expression) => Matches(path, $"^(?:{expression})$");

    /// <summary>Whether a key of <c>rank_pattern</c> or <c>alpha_pattern</c> matches a path or its last parts.</summary>
    public static bool MatchesSuffix(string path, string expression) => Matches(path, $@"^(.*\.)?({expression})$");

    /// <summary>Matches without the processor's culture.</summary>
    /// <exception cref="ArgumentException">The expression is malformed.</exception>
    /// <exception cref="RegexMatchTimeoutException">The match takes too long.</exception>
    private static bool Matches(string path, string expression) => Regex.IsMatch(path, expression, RegexOptions.CultureInvariant, s_longestMatch);
}

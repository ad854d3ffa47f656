using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace AdapterToolkit.Formats;

/// <summary>Matches layers' paths against the names and regular expressions of an adapter's configuration, by PEFT's rules.</summary>
internal static class PeftTargets
{
    /// <summary>The most patterns that a configuration may have: above the number of layers of every model that exists.</summary>
    public const int MostPatterns = 1 << 12;

    /// <summary>The name before a block's number where none is asked for.</summary>
    private const string AnyName = "[^.]*";

    /// <summary>The longest expression that is accepted: several times what names every projection of a large model.</summary>
    private const int LongestExpression = 1 << 12;

    /// <summary>How many expressions stay compiled; above it, all are let go.</summary>
    private const int MostCompiled = 4 * MostPatterns;

    /// <summary>How long it may take to compile an expression: folding the case of large sets of characters is slow.</summary>
    private static readonly TimeSpan s_longestCompilation = TimeSpan.FromSeconds(2);

    /// <summary>How long one match may take, so that an expression made to backtrack for ever is an error.</summary>
    private static readonly TimeSpan s_longestMatch = TimeSpan.FromMilliseconds(250);

    private static readonly ConcurrentDictionary<string, Regex> s_compiled = new(StringComparer.Ordinal);

    /// <summary>Whether a name of <c>target_modules</c> means a layer: it is the path, or the path's last parts.</summary>
    public static bool IsSuffix(string path, string name)
        => path.EndsWith(name, StringComparison.Ordinal) && (path.Length == name.Length || path[path.Length - name.Length - 1] == '.');

    /// <summary>
    /// Whether a name of <c>modules_to_save</c> means a module: the path ends with it. PEFT asks for no dot before it, so that <c>norm</c> means
    /// <c>input_layernorm</c> too.
    /// </summary>
    public static bool IsEnd(string path, string name) => path.EndsWith(name, StringComparison.Ordinal);

    /// <summary>Whether a regular expression that stands for <c>target_modules</c> matches a whole path.</summary>
    /// <exception cref="CheckpointException">The match takes too long.</exception>
    public static bool MatchesWhole(string path, string expression) => IsMatch(Whole(expression), expression, path);

    /// <summary>Whether a key of <c>rank_pattern</c> or <c>alpha_pattern</c> matches a path or its last parts.</summary>
    /// <exception cref="CheckpointException">The match takes too long.</exception>
    public static bool MatchesSuffix(string path, string expression) => IsMatch(Suffix(expression), expression, path);

    /// <summary>The number of the block that a layer is in: the last number of its path that follows a name, or one of given names.</summary>
    /// <param name="path">The layer's path.</param>
    /// <param name="names">Regular expressions for the name; any where there are none.</param>
    /// <exception cref="CheckpointException">A match takes too long.</exception>
    public static int? LayerOf(string path, IReadOnlyList<string> names)
    {
        foreach (string name in names.Count > 0 ? names : [AnyName])
        {
            if (Find(Layer(name), name, path) is { Success: true } match
                && int.TryParse(match.Groups["block"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int layer))
                return layer;
        }

        return null;
    }

    /// <summary>
    /// Checks that an expression is one, alone and inside the text that it is matched with: <c>a)|(b</c> is one only there, <c>(?x) a # b</c> only alone.
    /// </summary>
    /// <param name="expression">The expression.</param>
    /// <returns>Why it is none, or null.</returns>
    public static string? ProblemOf(string expression)
    {
        if (expression.Length > LongestExpression)
            return $"it has {expression.Length} characters; more than {LongestExpression} are not accepted.";
        // One that is still compiling when the time is up ends by itself, some seconds later.
        Task<string?> compilation = Task.Factory.StartNew(
            () => CompilationProblem(expression), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return compilation.Wait(s_longestCompilation) ? compilation.Result : "it takes too long to compile.";
    }

    private static string? CompilationProblem(string expression)
    {
        try
        {
            _ = Compile(expression);
            _ = Compile(Whole(expression));
            _ = Compile(Suffix(expression));
            _ = Compile(Layer(expression));
            return null;
        }
        catch (ArgumentException exception)
        {
            return exception.Message;
        }
    }

    private static string Whole(string expression) => $"^(?:{expression})$";

    private static string Suffix(string expression) => $@"^(.*\.)?({expression})$";

    private static string Layer(string name) => $@"^.*\.{name}\.(?<block>[0-9]+)\.";

    private static bool IsMatch(string wrapped, string expression, string path) => Find(wrapped, expression, path).Success;

    private static Match Find(string wrapped, string expression, string path)
    {
        if (s_compiled.Count > MostCompiled)
            s_compiled.Clear();
        try
        {
            return s_compiled.GetOrAdd(wrapped, Compile).Match(path);
        }
        catch (RegexMatchTimeoutException exception)
        {
            throw new CheckpointException(
                PeftAdapterConfig.FileName,
                $"the regular expression '{Excerpt.Of(expression)}' takes too long to match '{Excerpt.Of(path)}'. Write it without nested repetitions.",
                innerException: exception);
        }
    }

    /// <summary>Without the processor's culture.</summary>
    /// <exception cref="ArgumentException">The expression is malformed.</exception>
    private static Regex Compile(string expression) => new(expression, RegexOptions.CultureInvariant, s_longestMatch);
}

using System.Globalization;
using System.Text.Json;
using AdapterToolkit.Devices;

namespace FineTune;

/// <summary>Every key of <c>run.json</c> and what its value may be: the file is read like any that somebody may have changed.</summary>
internal static class RunStateFields
{
    private const string MeasurementsKey = "measurements", HeldOutLossesKey = "heldOutLosses", StepKey = "step";

    /// <summary>The most characters of a value that a message shows.</summary>
    private const int LongestShown = 60;

    private static readonly Field[] s_point = [Whole(StepKey, 0), new("loss", "a finite number that is not negative", IsLoss)];

    private static readonly Field[] s_measurements =
    [
        LossOrNull("heldOutLossDense"),
        LossOrNull("heldOutLossBefore"),
        new("trainingLosses", "a list of finite numbers that are not negative", value => IsList(value) && value.EnumerateArray().All(IsLoss)),
        new(HeldOutLossesKey, "a list of losses, each after more steps than the one before", IsList),
        new("continuationBefore", "a text", IsText),
        new("tokens", "a whole number that is not negative", value => IsNumber(value) && value.TryGetInt64(out long number) && number >= 0),
        new("seconds", "a finite number that is not negative", IsLoss),
    ];

    private static readonly Field[] s_state =
    [
        PathOrNull("model"),
        PathOrNull("data"),
        PathOrNull("chatTemplate"),
        new("started", "a time, such as \"2026-01-31T12:00:00+00:00\"", value => IsText(value) && value.TryGetDateTimeOffset(out _)),
        Truth("dense"),
        Whole("steps", 0),
        Whole("batch", 1),
        Whole("sequence", 2),
        new("learningRate", "a number greater than 0", value => IsNumber(value) && value.TryGetSingle(out float rate) && float.IsFinite(rate) && rate > 0),
        new("optimizerBits", "8 or 32", value => IsWhole(value, 0, int.MaxValue) && value.GetInt32() is 8 or 32),
        Whole("optimizerMinimumSize", 0),
        Whole("seed", 0),
        new("device", "a device's name", value => IsText(value) && !string.IsNullOrWhiteSpace(value.GetString())),
        Whole("threads", 0, CpuDevice.MostThreads),
        new("prompt", "a text or null", value => IsNull(value) || IsText(value)),
        Truth("merge"),
        Truth("mergeFullPrecision"),
        Whole("evaluateEvery", 0),
        Whole("checkpointEvery", 0),
        new(MeasurementsKey, "an object", value => value.ValueKind == JsonValueKind.Object),
    ];

    /// <summary>The first thing that is wrong with the file, which begins with its key; null where all is as a run writes it.</summary>
    /// <param name="state">The file's root.</param>
    /// <exception cref="InvalidOperationException">A text is no valid Unicode.</exception>
    public static string? FirstFault(JsonElement state)
    {
        if (state.ValueKind != JsonValueKind.Object)
            return $"is {Shown(state)}; an object is needed";
        if (FirstFault(state, "", s_state) is { } fault)
            return fault;
        JsonElement measurements = state.GetProperty(MeasurementsKey);
        return FirstFault(measurements, MeasurementsKey + ".", s_measurements) ?? FaultOfPoints(measurements) ?? FaultOfTokens(state, measurements);
    }

    private static string? FirstFault(JsonElement json, string prefix, Field[] fields)
    {
        HashSet<string> seen = [];
        foreach (JsonProperty property in json.EnumerateObject())
        {
            if (fields.FirstOrDefault(field => field.Key == property.Name) is not { } field)
                return $"'{prefix}{Short(property.Name)}' is unknown";
            if (!seen.Add(property.Name))
                return $"'{prefix}{property.Name}' occurs twice";
            if (!field.Fits(property.Value))
                return $"'{prefix}{property.Name}' is {Shown(property.Value)}; {field.Needed} is needed";
        }

        return fields.FirstOrDefault(field => !seen.Contains(field.Key)) is { } missing ? $"'{prefix}{missing.Key}' is missing" : null;
    }

    private static string? FaultOfPoints(JsonElement measurements)
    {
        int before = -1, index = 0;
        foreach (JsonElement point in measurements.GetProperty(HeldOutLossesKey).EnumerateArray())
        {
            string key = string.Create(CultureInfo.InvariantCulture, $"{MeasurementsKey}.{HeldOutLossesKey}[{index++}]");
            if (point.ValueKind != JsonValueKind.Object)
                return $"'{key}' is {Shown(point)}; a step and a loss are needed";
            if (FirstFault(point, key + ".", s_point) is { } fault)
                return fault;
            int step = point.GetProperty(StepKey).GetInt32();
            if (step <= before)
                return $"'{key}.{StepKey}' is {step}, after {before}; more is needed";
            before = step;
        }

        return null;
    }

    /// <summary>No sequence has more tokens than it is cut to.</summary>
    private static string? FaultOfTokens(JsonElement state, JsonElement measurements)
    {
        Int128 sequences = (Int128)measurements.GetProperty("trainingLosses").GetArrayLength() * state.GetProperty("batch").GetInt32();
        Int128 most = sequences * state.GetProperty("sequence").GetInt32();
        long tokens = measurements.GetProperty("tokens").GetInt64();
        return tokens <= most ? null : $"'{MeasurementsKey}.tokens' is {tokens}, more than the {most} that so many steps can train on";
    }

    private static Field Whole(string key, int least, int most = int.MaxValue) =>
        new(key, $"a whole number from {least} to {most}", value => IsWhole(value, least, most));

    private static Field Truth(string key) => new(key, "true or false", value => value.ValueKind is JsonValueKind.True or JsonValueKind.False);

    private static Field LossOrNull(string key) => new(key, "a finite number that is not negative, or null,", value => IsNull(value) || IsLoss(value));

    private static Field PathOrNull(string key) => new(key, "a full path or null", value => IsNull(value) || (IsText(value) && IsPath(value.GetString()!)));

    private static bool IsNull(JsonElement value) => value.ValueKind == JsonValueKind.Null;

    private static bool IsNumber(JsonElement value) => value.ValueKind == JsonValueKind.Number;

    private static bool IsList(JsonElement value) => value.ValueKind == JsonValueKind.Array;

    private static bool IsText(JsonElement value) => value.ValueKind == JsonValueKind.String && value.GetString() is not null;

    private static bool IsWhole(JsonElement value, int least, int most) =>
        IsNumber(value) && value.TryGetInt32(out int number) && number >= least && number <= most;

    private static bool IsLoss(JsonElement value) => IsNumber(value) && value.TryGetDouble(out double number) && double.IsFinite(number) && number >= 0;

    private static bool IsPath(string path) => Path.IsPathFullyQualified(path) && !path.Contains('\0', StringComparison.Ordinal);

    private static string Shown(JsonElement value) => Short(value.GetRawText());

    /// <summary>A text of the file in one line, and cut where it is long.</summary>
    private static string Short(string text)
    {
        string line = string.Concat(text.Take(LongestShown).Select(character => char.IsControl(character) ? ' ' : character));
        return text.Length > LongestShown ? line + "..." : line;
    }

    /// <summary>A key, and what its value may be.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Needed">What is needed, in words.</param>
    /// <param name="Fits">Whether a value is that.</param>
    private sealed record Field(string Key, string Needed, Func<JsonElement, bool> Fits);
}

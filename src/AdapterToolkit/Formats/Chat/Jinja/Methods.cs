using System.Collections.Frozen;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Finds the methods of Python's types.</summary>
internal static class Methods
{
    /// <summary>Python's methods that exist and are not supported, so that they are an error instead of undefined.</summary>
    private static readonly FrozenDictionary<string, string[]> s_unsupported = new Dictionary<string, string[]>
    {
        ["str"] = ["encode", "expandtabs", "format_map", "maketrans", "translate"],
        ["dict"] = ["fromkeys"],
        ["range"] = ["start", "stop", "step", "index", "count"],
        ["int"] = ["as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator", "from_bytes", "imag", "numerator", "real", "to_bytes"],
        ["bool"] = ["as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator", "from_bytes", "imag", "numerator", "real", "to_bytes"],
        ["float"] = ["as_integer_ratio", "conjugate", "fromhex", "hex", "imag", "real"],
    }.ToFrozenDictionary();

    /// <summary>A method, bound to its object, or null where Python has none of that name.</summary>
    /// <exception cref="JinjaException">Python has it, but it is not allowed or not supported.</exception>
    public static CallableValue? Find(object target, string name, Rendering rendering)
    {
        if (Sandbox.Changes(target, name))
            throw Sandbox.Refused(target, name);
        FunctionValue? method = target switch
        {
            string text => Bind(StringMethods.Find(name), name, rendering, text),
            SequenceValue sequence => Bind(SequenceMethods.Find(name), name, rendering, sequence),
            DictionaryValue dictionary => Bind(DictionaryMethods.Find(name), name, rendering, dictionary),
            double number when name == "is_integer" => new FunctionValue(name, arguments =>
            {
                arguments.Bind(name);
                return double.IsFinite(number) && Math.Floor(number) == number;
            }),
            _ => null,
        };
        if (method is null && s_unsupported.TryGetValue(TypeName.Of(target), out string[]? names) && names.Contains(name))
            throw JinjaException.Template($"the method '{name}' of '{TypeName.Of(target)}' is not supported.");
        return method;
    }

    private static FunctionValue? Bind<T>(Method<T>? method, string name, Rendering rendering, T target)
        => method is null ? null : new FunctionValue(name, arguments => method(rendering, target, arguments));
}

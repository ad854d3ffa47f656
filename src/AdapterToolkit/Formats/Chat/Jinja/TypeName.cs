using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>What Python calls the type of a value, for errors.</summary>
internal static class TypeName
{
    public static string Of(object value) => value switch
    {
        bool => "bool",
        BigInteger => "int",
        double => "float",
        string => "str",
        None => "NoneType",
        ListValue => "list",
        TupleValue => "tuple",
        DictionaryValue => "dict",
        DictionaryViewValue view => "dict_" + view.Kind,
        RangeValue => "range",
        IteratorValue => "generator",
        NamespaceValue => "namespace",
        LoopValue => "loop",
        MacroValue => "macro",
        UndefinedValue => "Undefined",
        _ => "function",
    };
}

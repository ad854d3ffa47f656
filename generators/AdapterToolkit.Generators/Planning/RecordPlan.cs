using AdapterToolkit.Generators.Model;

namespace AdapterToolkit.Generators.Planning;

/// <summary>What a field of a record holds.</summary>
internal enum FieldKind
{
    /// <summary>A tensor.</summary>
    Tensor,

    /// <summary>The record of a layer's call.</summary>
    LayerRecord,

    /// <summary>The records of a loop's iterations.</summary>
    Iterations,

    /// <summary>Something that is no tensor: a flag, a module, an argument.</summary>
    Plain,
}

/// <summary>A field of a record.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Label">What its tensors are called for people; empty where they need no prefix.</param>
internal sealed record RecordField(FieldKind Kind, string Name, string Type, string Label);

/// <summary>The record of one run of <c>Forward</c>, or of one iteration of a loop in it.</summary>
/// <param name="className">Its class.</param>
/// <param name="variable">The local that holds it in the emitted methods.</param>
/// <param name="iterationLabel">The name of the loop's iterations; empty for the whole run.</param>
internal sealed class RecordPlan(string className, string variable, string iterationLabel)
{
    private readonly Dictionary<object, RecordField> _fields = [];
    private readonly NameScope _names = new(
        ["SavedTensors", "SavedBytes", "Release", "Equals", "GetHashCode", "GetType", "ToString", "MemberwiseClone", "Finalize", "ReferenceEquals", className]);

    /// <summary>Its class.</summary>
    public string ClassName { get; } = className;

    /// <summary>The local that holds it.</summary>
    public string Variable { get; } = variable;

    /// <summary>The name of the loop's iterations; empty for the whole run.</summary>
    public string IterationLabel { get; } = iterationLabel;

    /// <summary>Its fields, in the order in which they are first written.</summary>
    public List<RecordField> Fields { get; } = [];

    /// <summary>Adds a field, unless there is one for the same thing.</summary>
    /// <param name="key">What the field is for.</param>
    /// <param name="kind">What it holds.</param>
    /// <param name="name">A name for it.</param>
    /// <param name="type">Its type.</param>
    /// <param name="label">What its tensors are called for people.</param>
    public void Add(object key, FieldKind kind, string name, string type, string label = "")
    {
        if (_fields.ContainsKey(key))
            return;
        RecordField field = new(kind, _names.Fresh(Casing.Pascal(name)), type, label);
        _fields.Add(key, field);
        Fields.Add(field);
    }

    /// <summary>Whether there is a field for something.</summary>
    public bool Has(object key) => _fields.ContainsKey(key);

    /// <summary>The field for something, as the emitted methods write it.</summary>
    public string this[object key] => $"{Variable}.{_fields[key].Name}";
}

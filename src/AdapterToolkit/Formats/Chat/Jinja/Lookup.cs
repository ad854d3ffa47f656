namespace AdapterToolkit.Formats.Jinja;

/// <summary>Attributes and items of values, in the order that Jinja looks for them.</summary>
internal sealed class Lookup(Rendering rendering)
{
    /// <summary><c>target.name</c>: the attribute (a method, mostly), else the item, else undefined.</summary>
    public object Attribute(object target, string name)
        => FindAttribute(target, name) ?? FindItem(target, name) ?? Missing(target, name);

    /// <summary><c>target[index]</c>: the item, else the attribute, else undefined.</summary>
    public object Item(object target, object index)
    {
        if (target is UndefinedValue undefined)
            throw undefined.Error();
        return FindItem(target, index) ?? (index is string name ? FindAttribute(target, name) : null) ?? Missing(target, index);
    }

    /// <summary>The attribute, and no item; else undefined.</summary>
    public object AttributeOnly(object target, string name) => FindAttribute(target, name) ?? Missing(target, name);

    private object? FindAttribute(object target, string name)
    {
        if (target is UndefinedValue undefined)
            throw undefined.Error();
        if (name.StartsWith("__", StringComparison.Ordinal))
            throw Sandbox.Refused(target, name);
        object? own = target switch
        {
            NamespaceValue space => space.Find(name),
            LoopValue loop => loop.Find(name),
            GroupValue group => name switch { "grouper" => group.Grouper, "list" => group.List, _ => null },
            MacroValue macro => macro.Find(name),
            CyclerValue cycler => cycler.Find(name),
            _ => null,
        };
        return own ?? Methods.Find(target, name, rendering);
    }

    private object? FindItem(object target, object index)
    {
        switch (target)
        {
            case DictionaryValue dictionary when index is not (ListValue or DictionaryValue):
                return dictionary.Find(index);
            case NamespaceValue space when index is string name:
                return space.Find(name);
            case string or SequenceValue or RangeValue when Numbers.TryInteger(index) is { } place:
                int count = Iteration.Count(target);
                if (place.Sign < 0)
                    place += count;
                return place.Sign >= 0 && place < count ? At(target, (int)place) : null;
            default:
                return null;
        }
    }

    private object At(object target, int place)
    {
        if (target is not string text)
            return target is SequenceValue sequence ? sequence.Items[place] : ((RangeValue)target).At(place);
        rendering.Budget.SpendText(text.Length);
        int offset = CodePoints.ToOffset(text, place);
        return text.Substring(offset, CodePoints.LengthAt(text, offset));
    }

    private UndefinedValue Missing(object target, object index)
    {
        string kind = target == None.Value ? "None" : $"'{TypeName.Of(target)}' object";
        return new UndefinedValue(index is string name
            ? $"{kind} has no attribute '{Excerpt.Of(name)}'."
            : $"{kind} has no element {Excerpt.Of(ValueText.Literal(index, rendering.Budget))}.");
    }
}

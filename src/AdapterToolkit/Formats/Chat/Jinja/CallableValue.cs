namespace AdapterToolkit.Formats.Jinja;

/// <summary>What a template can call.</summary>
internal abstract class CallableValue
{
    /// <summary>Its name, for errors.</summary>
    public abstract string Name { get; }

    /// <summary>Calls it.</summary>
    public abstract object Call(Arguments arguments);
}

/// <summary>A function or method that the interpreter provides.</summary>
internal sealed class FunctionValue(string name, Func<Arguments, object> function) : CallableValue
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override object Call(Arguments arguments) => function(arguments);
}

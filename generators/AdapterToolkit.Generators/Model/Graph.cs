namespace AdapterToolkit.Generators.Model;

/// <summary>
/// The body of a <c>Forward</c> as a typed graph in static single assignment form. Every tensor is a value, defined once and
/// known by its number; control flow stays structured: an operation may hold regions.
/// </summary>
/// <param name="Names">A name for each value: that of the user's variable, layer or operator.</param>
/// <param name="Inputs">The values of the tensor parameters.</param>
/// <param name="Body">The body. It ends by returning a value.</param>
/// <param name="Attentions">How many calls leave an argument to the pass.</param>
internal sealed record Graph(EquatableArray<string> Names, EquatableArray<int> Inputs, Region Body, int Attentions);

/// <summary>Operations in order, and how control leaves them.</summary>
/// <param name="Operations">The operations.</param>
/// <param name="Terminator">How control leaves.</param>
internal sealed record Region(EquatableArray<Operation> Operations, Terminator Terminator);

/// <summary>How control leaves a region.</summary>
internal enum TerminatorKind
{
    /// <summary>A branch of a conditional ends; its values are the conditional's results.</summary>
    Yield,

    /// <summary>The body returns its value.</summary>
    Return,

    /// <summary>An iteration ends; its values are the block arguments of the next one, or the loop's results.</summary>
    Continue,

    /// <summary>The loop ends; its values are the loop's results.</summary>
    Break,

    /// <summary>The loop ends because the user's code returns: the last value is what it returns, the others are the loop's results.</summary>
    ReturnFromLoop,

    /// <summary>An exception is thrown.</summary>
    Throw,

    /// <summary>Control never gets here: the last operation is a conditional, each of whose branches leaves.</summary>
    Unreachable,
}

/// <summary>The end of a region.</summary>
/// <param name="Kind">How control leaves.</param>
/// <param name="Operands">The operands.</param>
/// <param name="Code">The statement that throws; null for the other kinds.</param>
internal sealed record Terminator(TerminatorKind Kind, EquatableArray<int> Operands, OpaqueCode? Code = null);

/// <summary>Something that a region does.</summary>
/// <param name="Source">The user's source line, for a comment above what it caused.</param>
internal abstract record Operation(string Source);

/// <summary>A statement that is no tensor arithmetic, as it is.</summary>
/// <param name="Source">The user's source line.</param>
/// <param name="Code">The statement.</param>
internal sealed record OpaqueStatement(string Source, OpaqueCode Code) : Operation(Source);

/// <summary>A call of a module's <c>Forward</c>.</summary>
/// <param name="Source">The user's source line.</param>
/// <param name="Result">The value that it defines.</param>
/// <param name="Receiver">The module.</param>
/// <param name="IsRematerializable">Whether the backward pass can evaluate the module's expression again, so that it need not be saved.</param>
/// <param name="Type">The module's type.</param>
/// <param name="Label">The module's name, for names made from it.</param>
/// <param name="EvaluateMethod">What to call where nothing is saved: <c>Evaluate</c> or <c>Forward</c>.</param>
/// <param name="HasBackward">Whether the type has <c>ForwardSaving</c> and <c>Backward</c>; otherwise it never trains.</param>
/// <param name="Arguments">The arguments.</param>
internal sealed record LayerCall(
    string Source,
    int Result,
    OpaqueCode Receiver,
    bool IsRematerializable,
    string Type,
    string Label,
    string EvaluateMethod,
    bool HasBackward,
    EquatableArray<Argument> Arguments) : Operation(Source)
{
    /// <summary>Whether what evaluates is not <c>Forward</c> itself but its companion, which takes the pass.</summary>
    public bool TakesPass => EvaluateMethod != "Forward";
}

/// <summary>A call of a method marked <c>[Gradient]</c>.</summary>
/// <param name="Source">The user's source line.</param>
/// <param name="Result">The value that it defines.</param>
/// <param name="Target">The type, or the object, whose method it is.</param>
/// <param name="IsRematerializable">Whether the backward pass can evaluate the target again, so that it need not be saved.</param>
/// <param name="TargetType">The object's type.</param>
/// <param name="Method">The method's name, with type arguments.</param>
/// <param name="Arguments">The arguments.</param>
/// <param name="Gradients">The gradient methods.</param>
/// <param name="SavingMethod">The method that runs where a gradient is needed; null for the operator itself.</param>
/// <param name="SavedOutputs">The names of the tensors that the saving method hands out besides, in order.</param>
internal sealed record OperatorCall(
    string Source,
    int Result,
    OpaqueCode Target,
    bool IsRematerializable,
    string TargetType,
    string Method,
    EquatableArray<Argument> Arguments,
    EquatableArray<GradientCall> Gradients,
    string? SavingMethod,
    EquatableArray<string> SavedOutputs) : Operation(Source)
{
    /// <summary>The argument that the pass gives and a gradient method takes: it may train where no tensor of the operator is active; null for none.</summary>
    public Argument? Trainable =>
        Arguments.FirstOrDefault(argument => argument.IsFromPass && Gradients.Any(gradient => gradient.Parameters.Contains(argument.Parameter)));
}

/// <summary>An argument of a call.</summary>
/// <param name="Parameter">The parameter's name.</param>
/// <param name="Value">The tensor; -1 where it is none.</param>
/// <param name="Code">The expression, where it is no tensor.</param>
/// <param name="IsRematerializable">Whether the backward pass can evaluate the expression again: it is made of constants and readonly members.</param>
/// <param name="Type">The parameter's type.</param>
/// <param name="TakesTensor">Whether the parameter is a tensor; the argument may still be null.</param>
/// <param name="IsNamed">Whether it must be passed by name, since an optional one before it is left out.</param>
/// <param name="IsParameter">Whether the expression is a parameter of <c>Forward</c> that nothing assigns.</param>
/// <param name="Attention">Which of the attentions of the class the call is, where the pass gives the argument; -1 where <c>Forward</c> does.</param>
internal sealed record Argument(
    string Parameter,
    int Value,
    OpaqueCode? Code,
    bool IsRematerializable,
    string Type,
    bool TakesTensor,
    bool IsNamed = false,
    bool IsParameter = false,
    int Attention = -1)
{
    /// <summary>Whether the pass gives the argument.</summary>
    public bool IsFromPass => Attention >= 0;

    /// <summary>Whether the argument is a tensor.</summary>
    public bool IsTensor => Value >= 0;
}

/// <summary>A gradient method of an operator.</summary>
/// <param name="Method">Its name, with type arguments.</param>
/// <param name="For">The operator's parameter whose gradient it returns; null where it returns a tuple of all.</param>
/// <param name="Parameters">The names of its parameters after the first, which is the gradient of the result.</param>
internal sealed record GradientCall(string Method, string? For, EquatableArray<string> Parameters);

/// <summary>
/// A conditional, which runs one of two regions: <c>if</c>, or a conditional expression. Its results are the phis of what the branches yield.
/// </summary>
/// <param name="Source">The user's source line.</param>
/// <param name="Condition">The condition.</param>
/// <param name="Then">What runs where it holds.</param>
/// <param name="Else">What runs where it does not.</param>
/// <param name="Results">The values that it defines: those that the branches yield, in their order.</param>
internal sealed record Conditional(string Source, OpaqueCode Condition, Region Then, Region Else, EquatableArray<int> Results) : Operation(Source);

/// <summary>A loop.</summary>
/// <param name="Source">The user's source line.</param>
/// <param name="Header">What stands before the body.</param>
/// <param name="Footer">What stands behind it: the condition of <c>do</c>; null for the other loops.</param>
/// <param name="Label">A name for an iteration.</param>
/// <param name="CarriedValues">The values that are carried from one iteration to the next.</param>
/// <param name="Returned">The value that is returned from inside; -1 where none is. It is null where the loop ended otherwise.</param>
/// <param name="Body">The body.</param>
internal sealed record Loop(
    string Source,
    OpaqueCode Header,
    OpaqueCode? Footer,
    string Label,
    EquatableArray<LoopCarriedValue> CarriedValues,
    int Returned,
    Region Body) : Operation(Source);

/// <summary>A value that a loop carries from one iteration to the next.</summary>
/// <param name="Initial">The operand: its value before the loop.</param>
/// <param name="Argument">The block argument of the loop's body: its value at the start of an iteration.</param>
/// <param name="Result">The loop's result: its value after the loop.</param>
internal sealed record LoopCarriedValue(int Initial, int Argument, int Result);

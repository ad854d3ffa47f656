using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>A rule about what is done with tensors. It looks on while a body runs on what is known about them.</summary>
internal abstract class TensorRule
{
    /// <summary>The rule as it is reported.</summary>
    public abstract DiagnosticDescriptor Descriptor { get; }

    /// <summary>Two matrices, or a matrix and a vector, are multiplied.</summary>
    public virtual void OnProduct(ValueFlow flow, IOperation operation, Value left, Value right)
    {
    }

    /// <summary>A method is called.</summary>
    /// <param name="flow">The body.</param>
    /// <param name="call">The call.</param>
    /// <param name="receiver">What it is called on.</param>
    /// <param name="arguments">The arguments, in the order of the method's parameters.</param>
    public virtual void OnCall(ValueFlow flow, IInvocationOperation call, Value receiver, ImmutableArray<Value> arguments)
    {
    }

    /// <summary>An object is made.</summary>
    public virtual void OnCreation(ValueFlow flow, IObjectCreationOperation creation, ImmutableArray<Value> arguments)
    {
    }

    /// <summary>A member of a tensor or layer is assigned.</summary>
    public virtual void OnMemberAssignment(ValueFlow flow, IOperation assignment, IPropertyReferenceOperation target, Value instance, IOperation value)
    {
    }

    /// <summary>A member of a tensor or layer is read.</summary>
    public virtual void OnMemberRead(ValueFlow flow, IPropertyReferenceOperation reference, Value instance)
    {
    }

    /// <summary>Some numbers of an array or tensor are written.</summary>
    public virtual void OnWrite(ValueFlow flow, IOperation operation, Value target)
    {
    }

    /// <summary>A method returns.</summary>
    public virtual void OnReturn(ValueFlow flow, IOperation operation, Value value)
    {
    }
}
